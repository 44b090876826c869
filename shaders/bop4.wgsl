// include: update4
// include: moved
// include: bop_rule
// bop.wgsl for four neighbouring outputs at a time.
// gradient, parameter, m: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 256), y = words
// split: depth of gradient, parameter, packed, m
// requires: outputs multiple of 4

@group(0) @binding(6) var<storage, read_write> m: array<vec4<f32>>;

fn change(index: u32, g: vec4<f32>) -> vec4<f32> {
  let next = moved(g, m[index], parameter[index]);
  m[index] = next.m;
  return next.change;
}
