// y[n] = x[0]: one value for every output, as the scale of a whole layer. x: [1]; y: [outputs], f32. One invocation owns one value.
// dispatch: x = ceil(outputs / 64)
// split: none

struct Params {
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < params.outputs) { y[id.x] = x[0]; }
}
