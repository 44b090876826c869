// include: step
// include: power_of_two
// include: totals
// include: health
// Batch statistics per channel for training: statistics[0] = mean, statistics[1] = 1 / sqrt(variance + epsilon); the running
// values move towards them by `momentum`. SHIFT: the squares are c * AP2(c), and AP2 of the inverse is stored, while the
// running inverse keeps the unrounded one (Torch7 code, bnn-spec 1.3).
// totals, squares: [parts][outputs] from batch_norm_sums and batch_norm_squares; statistics: [2][outputs]; running_*: [outputs].
// RUNNING_VARIANCE: running_spread holds the unbiased variance, else the inverse deviation. One invocation owns a channel.
// dispatch: x = ceil(outputs / 64)
// split: none

override SHIFT: bool = false;
override RUNNING_VARIANCE: bool = false;

struct Params {
  batch_rows: u32,
  outputs: u32,
  part_rows: u32,
  epsilon: f32,
  momentum: f32,
  place: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> totals: array<f32>;
@group(0) @binding(3) var<storage, read> squares: array<f32>;
@group(0) @binding(4) var<storage, read_write> statistics: array<f32>;
@group(0) @binding(5) var<storage, read_write> running_mean: array<f32>;
@group(0) @binding(6) var<storage, read_write> running_spread: array<f32>;
@group(0) @binding(7) var<storage, read_write> health: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs) { return; }
  let rows = f32(params.batch_rows);
  let mean = mean_of(n);
  var total = 0.0;
  for (var p = 0u; p * params.part_rows < params.batch_rows; p++) { total += squares[p * params.outputs + n]; }
  let inverse = 1.0 / sqrt(total / rows + params.epsilon);
  statistics[n] = mean;
  statistics[params.outputs + n] = select(inverse, power_of_two(inverse, FLOOR), SHIFT);
  running_mean[n] = fma(params.momentum, mean - running_mean[n], running_mean[n]);
  let spread = select(inverse, total / max(rows - 1.0, 1.0), RUNNING_VARIANCE);
  running_spread[n] = fma(params.momentum, spread - running_spread[n], running_spread[n]);
  if (!(finite(mean) && finite(inverse)) && health[params.place] == 0) { health[params.place] = step.step; }
}
