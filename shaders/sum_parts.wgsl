// total[k][n] = sum_p parts[p][k][n], p increasing: the last step of a sum that was split over rows.
// parts: [count][depth][outputs] f32; total: [depth][outputs] f32. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(depth / 8)
// split: none

struct Params {
  count: u32,
  depth: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> parts: array<f32>;
@group(0) @binding(2) var<storage, read_write> total: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.depth) { return; }
  let at = id.y * params.outputs + id.x;
  var sum = 0.0;
  for (var p = 0u; p < params.count; p++) { sum += parts[p * params.depth * params.outputs + at]; }
  total[at] = sum;
}
