// y[m][n] = table[pixel[m][n]]: each 8-bit pixel as another 8-bit code, such as fixed point of fewer bits.
// pixels, y: [rows][ceil(outputs / 4)], four a word, little endian; pad bytes of y are 0. table: [256], one code a word.
// One invocation owns one word.
// dispatch: x = ceil(outputs / 256), y = rows
// split: rows of pixels, y

struct Params {
  rows: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let first = 4 * id.x;
  if (first >= params.outputs) { return; }
  let at = id.y * ((params.outputs + 3) / 4) + id.x;
  let word = pixels[at];
  var codes = 0u;
  for (var byte = 0u; byte < min(4u, params.outputs - first); byte++) {
    codes |= table[(word >> (8 * byte)) & 255] << (8 * byte);
  }
  y[at] = codes;
}
