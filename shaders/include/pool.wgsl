// Geometry of a pool: a window of window_height x window_width positions moves by `stride` over a picture N,H,W,C; positions outside the
// picture are left out. A row is a position, as in conv.wgsl; `channels` is the same on both sides.
struct Params {
  rows: u32,       // output positions: images * out_height * out_width
  images: u32,
  height: u32,     // of the input
  width: u32,
  channels: u32,
  words: u32,      // ceil(channels / 32)
  out_height: u32,
  out_width: u32,
  window_height: u32,
  window_width: u32,
  stride: u32,
  padding: u32,
}
@group(0) @binding(0) var<uniform> params: Params;

// Positions from (top, left) to before (bottom, right) of an image's input or output.
struct Area {
  image: u32,
  top: u32,
  left: u32,
  bottom: u32,
  right: u32,
}

// The inputs under the window of an output place; never none.
fn window_at(image: u32, oy: u32, ox: u32) -> Area {
  let y = oy * params.stride;
  let x = ox * params.stride;
  return Area(
    image, max(y, params.padding) - params.padding, max(x, params.padding) - params.padding,
    min(y + params.window_height - params.padding, params.height), min(x + params.window_width - params.padding, params.width),
  );
}

fn window_of(row: u32) -> Area {
  let line = row / params.out_width;
  return window_at(line / params.out_height, line % params.out_height, row % params.out_width);
}

// The outputs whose windows hold an input place; may be none.
fn windows_at(image: u32, iy: u32, ix: u32) -> Area {
  let y = iy + params.padding;
  let x = ix + params.padding;
  return Area(
    image, first_window(y, params.window_height), first_window(x, params.window_width),
    min(steps(y) + 1, params.out_height), min(steps(x) + 1, params.out_width),
  );
}

fn windows_with(row: u32) -> Area {
  let line = row / params.width;
  return windows_at(line / params.height, line % params.height, row % params.width);
}

fn first_window(at: u32, size: u32) -> u32 {
  return select(0u, steps(at - size) + 1, at >= size);
}

// How often the stride fits into a coordinate. A float division is quicker than one of whole numbers and, half a step from any
// switch, as exact up to 2^22.
fn steps(at: u32) -> u32 { return u32((f32(at) + 0.5) / f32(params.stride)); }

fn input_at(area: Area, y: u32, x: u32) -> u32 { return (area.image * params.height + y) * params.width + x; }
fn output_at(area: Area, y: u32, x: u32) -> u32 { return (area.image * params.out_height + y) * params.out_width + x; }
