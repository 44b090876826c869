// include: update4
// sgd.wgsl for four neighbouring outputs at a time.
// gradient, parameter, velocity: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 256), y = words
// split: depth of gradient, parameter, packed, velocity
// requires: outputs multiple of 4

@group(0) @binding(6) var<storage, read_write> velocity: array<vec4<f32>>;

fn change(index: u32, g: vec4<f32>) -> vec4<f32> {
  let next = fma(vec4<f32>(params.first), velocity[index], -step.rate * g);
  velocity[index] = next;
  return next;
}
