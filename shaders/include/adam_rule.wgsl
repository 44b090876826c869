// include: moved
// Adam (Kingma and Ba 2015) as Lasagne has it: step.rate = rate * sqrt(1 - beta2^t) / (1 - beta1^t), computed by the host in
// float64, and epsilon is added to the uncorrected sqrt(v).
fn moved(g: vec4<f32>, m: vec4<f32>, v: vec4<f32>) -> Moved {
  let mean = fma(vec4<f32>(params.first), m - g, g);
  let square = fma(vec4<f32>(params.second), v - g * g, g * g);
  return Moved(mean, square, -step.rate * mean / (sqrt(square) + params.epsilon));
}
