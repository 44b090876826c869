// include: update
// include: power_of_two
// Shift-based AdaMax as the paper states it (Algorithm 3): v is kept unrounded and its inverse becomes a power of two at
// use only. step.rate = AP2(rate / (1 - beta1^t)), from the host.
// gradient, parameter, m, v: [depth][outputs] f32; packed: [words][outputs].
// dispatch: x = ceil(outputs / 64), y = words

@group(0) @binding(6) var<storage, read_write> m: array<f32>;
@group(0) @binding(7) var<storage, read_write> v: array<f32>;

fn change(index: u32, g: f32) -> f32 {
  let mean = fma(params.first, m[index] - g, g);
  let largest = max(params.second * v[index], abs(g));
  m[index] = mean;
  v[index] = largest;
  return -step.rate * mean * power_of_two(1.0 / (largest + params.epsilon), false);
}
