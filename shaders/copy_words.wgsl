// y[i] = x[first + i] for i below count: a piece of a tensor whose beginning no binding may have, since it is not aligned
// (core/gpu/split.ts). 32-bit values of any kind. One invocation copies 16 words, so that no tensor needs too many.
// dispatch: x = ceil(count / 1024)
// split: none

struct Params {
  first: u32,
  count: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let end = min((id.x + 1) * 16, params.count);
  for (var i = id.x * 16; i < end; i++) { y[i] = x[params.first + i]; }
}
