// include: update
// include: power_of_two
// Shift-based AdaMax as the Torch7 code does it (bnn-spec 1.4): the rounded v is stored back, so that 0.999 * 2^k rounds to 2^k
// again and v never decays. step.rate = AP2(rate / (1 - beta1^t)), from the host.
// gradient, parameter, m, v: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 64), y = words

@group(0) @binding(6) var<storage, read_write> m: array<f32>;
@group(0) @binding(7) var<storage, read_write> v: array<f32>;

fn change(index: u32, g: f32) -> f32 {
  let mean = fma(params.first, m[index] - g, g);
  let largest = power_of_two(max(params.second * v[index], abs(g)), false) + params.epsilon;
  m[index] = mean;
  v[index] = largest;
  return -step.rate * mean / largest;
}
