// c = a & b over `count` words. One invocation owns one word.
// dispatch: x = ceil(count / 64)
// split: count of a, b, c

struct Params {
  count: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> b: array<u32>;
@group(0) @binding(3) var<storage, read_write> c: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < params.count) { c[id.x] = a[id.x] & b[id.x]; }
}
