// include: sums
// include: power_of_two
// The value of a normalised sum, y = (s - mean) * inverse * gamma + beta, never stored: whoever needs y computes it again.
// NORMALISE off: y = s. SHIFT: gamma is rounded to a power of two (the inverse was already).
override NORMALISE: bool = true;
override SHIFT: bool = false;

fn normalised(sum: f32, mean: f32, inverse: f32, gamma: f32, beta: f32) -> f32 {
  if (!NORMALISE) { return sum; }
  if (SHIFT) { return fma((sum - mean) * inverse, power_of_two(gamma, FLOOR), beta); }
  return fma((sum - mean) * inverse, gamma, beta);
}
