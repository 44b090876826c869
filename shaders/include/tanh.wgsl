// tanh to some float32 roundings everywhere: by its series near 0, where a difference of exponentials would cancel; WGSL promises
// no more of its own than 1e-5. Saturates without overflow.
fn accurate_tanh(x: f32) -> f32 {
  let a = min(abs(x), 15.0);
  let s = a * a;
  let near = a * (1 - s * (1.0 / 3 - s * (2.0 / 15 - s * (17.0 / 315 - s * (62.0 / 2835 - s * (1382.0 / 155925))))));
  let far = 1 - 2 / (exp(2 * a) + 1);
  return select(1.0, -1.0, x < 0) * select(far, near, a < 0.3);
}
