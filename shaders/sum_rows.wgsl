// total[n] = sum_m x[m][n], m increasing: the gradient of a bias. x: [rows][outputs] f32. One invocation owns a channel.
// dispatch: x = ceil(outputs / 64)

struct Params {
  rows: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  var sum = 0.0;
  for (var m = 0u; m < params.rows; m++) { sum += x[m * params.outputs + id.x]; }
  total[id.x] = sum;
}
