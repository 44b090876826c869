// The mean of a channel from the totals of its parts, added in order. A file that includes this binds totals: [parts][outputs] and
// has params.batch_rows, params.outputs and params.part_rows.
fn mean_of(n: u32) -> f32 {
  var total = 0.0;
  for (var p = 0u; p * params.part_rows < params.batch_rows; p++) { total += totals[p * params.outputs + n]; }
  return total / f32(params.batch_rows);
}
