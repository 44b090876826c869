// include: normalise
// A (normalised) sum as everybody reads it. The kernel binds sums: [rows][outputs], statistics: [2][outputs], gamma and beta: [outputs], and
// has params.outputs and params.scale.
fn value_at(row: u32, n: u32) -> f32 {
  let sum = sum_of(sums[row * params.outputs + n], params.scale);
  if (!NORMALISE) { return sum; }
  return normalised(sum, statistics[n], statistics[params.outputs + n], gamma[n], beta[n]);
}
