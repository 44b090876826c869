// include: update
// include: moved
// include: bop_rule
// One step of Bop on weights that are +1 or -1: the rule is in include/bop_rule.wgsl, the rest in include/update.wgsl.
// gradient, parameter, m: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 64), y = words
// split: depth of gradient, parameter, packed, m

@group(0) @binding(6) var<storage, read_write> m: array<f32>;

fn change(index: u32, g: f32) -> f32 {
  let next = moved(vec4<f32>(g), vec4<f32>(m[index]), vec4<f32>(parameter[index]));
  m[index] = next.m.x;
  return next.change.x;
}
