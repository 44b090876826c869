// include: update4
// include: adam_rule
// One step of adam: the rule is in include/adam_rule.wgsl, the rest in include/update4.wgsl.
// gradient, parameter, m, v: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 256), y = words
// split: depth of gradient, parameter, packed, m, v
// requires: outputs multiple of 4

@group(0) @binding(6) var<storage, read_write> m: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> v: array<vec4<f32>>;

fn change(index: u32, g: vec4<f32>) -> vec4<f32> {
  let next = moved(g, m[index], v[index]);
  m[index] = next.m;
  v[index] = next.v;
  return next.change;
}
