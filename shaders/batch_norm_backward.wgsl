// include: batch_norm_gradient
// Gradient to the input of batch normalisation.
// vanilla: dx = gamma * inv * (g - mean(g) - xhat * mean(g * xhat)).
// SHIFT (bnn-spec 1.3): dx = G * R * (g - mean(g) - AP2(c) * R^2 * mean(AP2(c) * g)).
// sums, g, dx: [rows][outputs]; statistics: [2][outputs] as batch_norm_statistics left them; totals: [3][outputs], the sums of
// batch_norm_backward_sums over all parts. One invocation owns a channel of eight rows 8 apart: what belongs to the channel is loaded
// once for them, since loads are most of the work.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 64)
// split: rows of sums, g, mask, dx

@group(0) @binding(5) var<storage, read> gamma: array<f32>;
@group(0) @binding(6) var<storage, read> totals: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let n = group.x * 8 + local.x;
  if (n >= params.outputs) { return; }
  let rows = f32(params.batch_rows);
  let mean = statistics[n];
  let inverse = statistics[params.outputs + n];
  let mean_gradient = totals[n] / rows;
  let along = totals[params.outputs + n] / rows;
  let factor = select(gamma[n], power_of_two(gamma[n], FLOOR), SHIFT) * inverse;
  let end = min((group.y + 1) * 64, params.rows);
  for (var m = group.y * 64 + local.y; m < end; m += 8) {
    let at = m * params.outputs + n;
    let centred = sum_of(sums[at], params.scale) - mean;
    var direction = centred * inverse;
    if (SHIFT) { direction = power_of_two(centred, FLOOR) * inverse * inverse; }
    dx[at] = factor * (gradient(m, n) - mean_gradient - direction * along);
  }
}
