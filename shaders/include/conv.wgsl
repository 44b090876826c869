// Geometry of a square convolution, the same block for every kernel of a layer. Pictures are N,H,W,C: a row is a position,
// row = (image * height + y) * width + x. Output position (oy, ox) meets input position (oy * stride + ky - padding,
// ox * stride + kx - padding) at tap ky * kernel + kx; a tap outside the picture contributes nothing, whatever the input's kind.
struct Params {
  rows: u32,       // output positions: images * out_height * out_width
  images: u32,
  height: u32,     // of the input
  width: u32,
  channels: u32,   // of the input
  words: u32,      // ceil(channels / 32)
  outputs: u32,    // filters
  out_height: u32,
  out_width: u32,
  kernel: u32,
  stride: u32,
  padding: u32,
  lines: u32,      // output lines (image, oy) that one part of the weight gradient adds up
  first_part: u32, // of this piece, where the launch is split
  scale: f32,
  offset: f32,
}
@group(0) @binding(0) var<uniform> params: Params;

const OUTSIDE: u32 = 0xffffffffu;

// (image, oy, ox) of an output row.
fn output_place(row: u32) -> vec3<u32> {
  let line = row / params.out_width;
  return vec3<u32>(line / params.out_height, line % params.out_height, row % params.out_width);
}

// The place of the row behind that of `place`, without a division.
fn next_place(place: vec3<u32>) -> vec3<u32> {
  if (place.z + 1 < params.out_width) { return vec3<u32>(place.xy, place.z + 1); }
  if (place.y + 1 < params.out_height) { return vec3<u32>(place.x, place.y + 1, 0); }
  return vec3<u32>(place.x + 1, 0, 0);
}

// (image, y, x) of an input row.
fn input_place(row: u32) -> vec3<u32> {
  let line = row / params.width;
  return vec3<u32>(line / params.height, line % params.height, row % params.width);
}

// The input row that an output place meets at a tap, or OUTSIDE. Left of or above the picture the unsigned difference wraps.
fn input_row(place: vec3<u32>, ky: u32, kx: u32) -> u32 {
  let y = place.y * params.stride + ky - params.padding;
  let x = place.z * params.stride + kx - params.padding;
  return select(OUTSIDE, (place.x * params.height + y) * params.width + x, y < params.height && x < params.width);
}

// The output row that meets an input place at a tap, or OUTSIDE.
fn output_row(place: vec3<u32>, ky: u32, kx: u32) -> u32 {
  let y = place.y + params.padding - ky;
  let x = place.z + params.padding - kx;
  let oy = y / params.stride;
  let ox = x / params.stride;
  let meets = oy * params.stride == y && ox * params.stride == x && oy < params.out_height && ox < params.out_width;
  return select(OUTSIDE, (place.x * params.out_height + oy) * params.out_width + ox, meets);
}
