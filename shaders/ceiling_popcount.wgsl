// The register-only ceiling of XOR + popcount + add: what an XNOR product could reach if loads were free.
// One invocation does 2 * 32 * 8 * params.iterations binary operations (8 words a step; a bit product and its sum count
// as 2). y: [invocations] u32 keeps the result alive; `seed` keeps the operands from being constants.
// One 64-wide group per 64 invocations; `groups` is the number of groups.
// dispatch: x = groups
// split: none

struct Params {
  groups: u32,
  iterations: u32,
  seed: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  var x = id.x + params.seed;
  let v0 = vec4<u32>(params.seed) * vec4<u32>(3, 5, 7, 11);
  let v1 = v0 * 13;
  var c0 = vec4<u32>();
  var c1 = vec4<u32>();
  for (var i = 0u; i < params.iterations; i++) {
    x += 0x9e3779b9u;
    c0 += countOneBits(v0 ^ vec4<u32>(x));
    c1 += countOneBits(v1 ^ vec4<u32>(x));
  }
  let c = c0 + c1;
  y[id.x] = c.x + c.y + c.z + c.w;
}
