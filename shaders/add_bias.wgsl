// include: sums
// y[m][n] = scale * s[m][n] + bias[n] (f32). sums: [rows][outputs]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of sums, y

struct Params {
  rows: u32,
  outputs: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> bias: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.outputs + id.x;
  y[at] = sum_of(sums[at], params.scale) + bias[id.x];
}
