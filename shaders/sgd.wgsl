// include: update
// Gradient descent with momentum: velocity = momentum * velocity - rate * g; the parameter moves by the velocity.
// gradient, parameter, velocity: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 64), y = words
// split: depth of gradient, parameter, packed, velocity

@group(0) @binding(6) var<storage, read_write> velocity: array<f32>;

fn change(index: u32, g: f32) -> f32 {
  let next = fma(params.first, velocity[index], -step.rate * g);
  velocity[index] = next;
  return next;
}
