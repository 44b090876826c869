// c = a + b over [rows][outputs] f32: gradients that meet at a value with several consumers. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of a, b, c

struct Params {
  rows: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.outputs + id.x;
  c[at] = a[at] + b[at];
}
