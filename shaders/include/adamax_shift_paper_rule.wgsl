// include: power_of_two
// include: moved
// Shift-based AdaMax as the paper states it (Algorithm 3): v is kept unrounded and its inverse becomes a power of two at
// use only. step.rate = AP2(rate / (1 - beta1^t)), from the host.
fn moved(g: vec4<f32>, m: vec4<f32>, v: vec4<f32>) -> Moved {
  let mean = fma(vec4<f32>(params.first), m - g, g);
  let largest = max(params.second * v, abs(g));
  return Moved(mean, largest, -step.rate * mean * powers_of_two(1.0 / (largest + params.epsilon)));
}
