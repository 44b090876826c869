// include: update
// include: adam_rule
// One step of adam: the rule is in include/adam_rule.wgsl, the rest in include/update.wgsl.
// gradient, parameter, m, v: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 64), y = words
// split: depth of gradient, parameter, packed, m, v

@group(0) @binding(6) var<storage, read_write> m: array<f32>;
@group(0) @binding(7) var<storage, read_write> v: array<f32>;

fn change(index: u32, g: f32) -> f32 {
  let next = moved(vec4<f32>(g), vec4<f32>(m[index]), vec4<f32>(v[index]));
  m[index] = next.m.x;
  v[index] = next.v.x;
  return next.change.x;
}
