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

// The inputs under the window of an output row; never none.
fn window_of(row: u32) -> Area {
  let line = row / params.out_width;
  let y = line % params.out_height * params.stride;
  let x = row % params.out_width * params.stride;
  return Area(
    line / params.out_height, max(y, params.padding) - params.padding, max(x, params.padding) - params.padding,
    min(y + params.window_height - params.padding, params.height), min(x + params.window_width - params.padding, params.width),
  );
}

// The outputs whose windows hold an input row; may be none.
fn windows_with(row: u32) -> Area {
  let line = row / params.width;
  let y = line % params.height + params.padding;
  let x = row % params.width + params.padding;
  return Area(
    line / params.height, first_window(y, params.window_height), first_window(x, params.window_width),
    min(y / params.stride + 1, params.out_height), min(x / params.stride + 1, params.out_width),
  );
}

fn first_window(at: u32, size: u32) -> u32 {
  if (at < size) { return 0; }
  return (at - size) / params.stride + 1;
}

fn input_at(area: Area, y: u32, x: u32) -> u32 { return (area.image * params.height + y) * params.width + x; }
fn output_at(area: Area, y: u32, x: u32) -> u32 { return (area.image * params.out_height + y) * params.out_width + x; }
