// y[m][n] = scale * pixel + offset, or 0 where absent: 8-bit input as float32.
// pixels: [rows][ceil(outputs / 4)], four a word; y: [rows][outputs]; presence: [rows][positions][words], where a position has
// `channels` of the outputs.
// PRESENCE off: presence is bound but not read. One invocation owns one value.
// dispatch: x = ceil(outputs / 64), y = rows
// split: rows of pixels, presence, y

override PRESENCE: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  channels: u32,
  words: u32,
  scale: f32,
  offset: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> presence: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs) { return; }
  let word = pixels[id.y * ((params.outputs + 3) / 4) + (n >> 2)];
  var value = fma(params.scale, f32((word >> (8 * (n & 3))) & 255), params.offset);
  if (PRESENCE) {
    let c = n % params.channels;
    let at = (id.y * (params.outputs / params.channels) + n / params.channels) * params.words + (c >> 5);
    value = select(0.0, value, ((presence[at] >> (c & 31)) & 1) == 1);
  }
  y[id.y * params.outputs + n] = value;
}
