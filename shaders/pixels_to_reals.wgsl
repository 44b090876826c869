// y[m][n] = scale * pixel + offset, or 0 where absent: 8-bit input as float32.
// pixels: [rows][ceil(outputs / 4)], four a word; presence: [rows][words]; y: [rows][outputs].
// PRESENCE off: presence is bound but not read. One invocation owns one value.
// dispatch: x = ceil(outputs / 64), y = rows

override PRESENCE: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
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
  if (PRESENCE) { value = select(0.0, value, ((presence[id.y * params.words + (n >> 5)] >> (n & 31)) & 1) == 1); }
  y[id.y * params.outputs + n] = value;
}
