// include: power_of_two
// include: moved
// Shift-based AdaMax as the Torch7 code does it (bnn-spec 1.4): the rounded v is stored back, so that 0.999 * 2^k rounds to 2^k
// again and v never decays. step.rate = AP2(rate / (1 - beta1^t)), from the host.
fn moved(g: vec4<f32>, m: vec4<f32>, v: vec4<f32>) -> Moved {
  let mean = fma(vec4<f32>(params.first), m - g, g);
  let largest = powers_of_two(max(params.second * v, abs(g))) + params.epsilon;
  return Moved(mean, largest, -step.rate * mean / largest);
}
