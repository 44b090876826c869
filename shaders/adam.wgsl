// include: update
// Adam (Kingma and Ba 2015) as Lasagne has it: step.rate = rate * sqrt(1 - beta2^t) / (1 - beta1^t), computed by the host in
// float64, and epsilon is added to the uncorrected sqrt(v).
// gradient, parameter, m, v: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 64), y = words

@group(0) @binding(6) var<storage, read_write> m: array<f32>;
@group(0) @binding(7) var<storage, read_write> v: array<f32>;

fn change(index: u32, g: f32) -> f32 {
  let mean = fma(params.first, m[index] - g, g);
  let square = fma(params.second, v[index] - g * g, g * g);
  m[index] = mean;
  v[index] = square;
  return -step.rate * mean / (sqrt(square) + params.epsilon);
}
