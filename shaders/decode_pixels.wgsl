// y[m][n] = table[pixel[m][n]]: each 8-bit pixel as the float32 that it stands for.
// pixels: [rows][ceil(outputs / 4)], four a word, little endian; table: [256]; y: [rows][outputs]. One invocation owns one value.
// dispatch: x = ceil(outputs / 64), y = rows
// split: rows of pixels, y

struct Params {
  rows: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs) { return; }
  let word = pixels[id.y * ((params.outputs + 3) / 4) + (n >> 2)];
  y[id.y * params.outputs + n] = table[(word >> (8 * (n & 3))) & 255];
}
