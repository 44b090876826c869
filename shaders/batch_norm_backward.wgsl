// include: batch_norm_gradient
// Gradient to the input of batch normalisation.
// vanilla: dx = gamma * inv * (g - mean(g) - xhat * mean(g * xhat)).
// SHIFT (bnn-spec 1.3): dx = G * R * (g - mean(g) - AP2(c) * R^2 * mean(AP2(c) * g)).
// sums, g, dx: [rows][outputs]; statistics: [2][outputs] as batch_norm_statistics left them; totals: [3][outputs], the sums of
// batch_norm_backward_sums over all parts. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)

@group(0) @binding(5) var<storage, read> gamma: array<f32>;
@group(0) @binding(6) var<storage, read> totals: array<f32>;
@group(0) @binding(7) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.outputs + n;
  let rows = f32(params.rows);
  let inverse = statistics[params.outputs + n];
  let centred = sum_of(sums[at], params.scale) - statistics[n];
  var direction = centred * inverse;
  if (SHIFT) { direction = power_of_two(centred, FLOOR) * inverse * inverse; }
  let factor = select(gamma[n], power_of_two(gamma[n], FLOOR), SHIFT) * inverse;
  dx[at] = factor * (gradient(id.y, n) - totals[n] / rows - direction * (totals[params.outputs + n] / rows));
}
