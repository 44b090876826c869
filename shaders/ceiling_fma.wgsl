// The register-only ceiling of f32 multiply-add: what a float product could reach if loads were free.
// One invocation does 2 * 16 * params.iterations operations (16 multiply-adds a step). y: [invocations] f32 keeps the
// result alive; `seed` keeps the operands from being constants. `groups` is the number of 64-wide groups.
// dispatch: x = groups
// split: none

struct Params {
  groups: u32,
  iterations: u32,
  seed: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let x = f32(id.x + params.seed) * 1.0e-9;
  let v = vec4<f32>(f32(params.seed)) * vec4<f32>(1.0e-3, 2.0e-3, 3.0e-3, 5.0e-3);
  var c0 = v;
  var c1 = v + 1.0;
  var c2 = v + 2.0;
  var c3 = v + 3.0;
  for (var i = 0u; i < params.iterations; i++) {
    c0 = fma(c0, vec4<f32>(x), v);
    c1 = fma(c1, vec4<f32>(x), v);
    c2 = fma(c2, vec4<f32>(x), v);
    c3 = fma(c3, vec4<f32>(x), v);
  }
  let c = c0 + c1 + c2 + c3;
  y[id.x] = c.x + c.y + c.z + c.w;
}
