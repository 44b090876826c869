// y[m][n] = scale * x[m][n] where mask bit n is set, else 0. Serves dropout on reals and masked gradients.
// x, y: [rows][outputs] f32; mask: [rows][words]. MASKED off: mask is bound but not read. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of x, mask, y

override MASKED: bool = true;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.outputs + n;
  var value = params.scale * x[at];
  if (MASKED) { value = select(0.0, value, ((mask[id.y * params.words + (n >> 5)] >> (n & 31)) & 1) == 1); }
  y[at] = value;
}
