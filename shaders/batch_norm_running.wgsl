// include: power_of_two
// Statistics for evaluation, from the running values: statistics[0] = mean, statistics[1] = inverse deviation (AP2 of it with SHIFT).
// statistics: [2][outputs]; running_*: [outputs]. One invocation owns a channel.
// dispatch: x = ceil(outputs / 64)
// split: none

override SHIFT: bool = false;
override RUNNING_VARIANCE: bool = false;

struct Params {
  outputs: u32,
  epsilon: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> running_mean: array<f32>;
@group(0) @binding(2) var<storage, read> running_spread: array<f32>;
@group(0) @binding(3) var<storage, read_write> statistics: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs) { return; }
  var inverse = running_spread[n];
  if (RUNNING_VARIANCE) { inverse = 1.0 / sqrt(inverse + params.epsilon); }
  statistics[n] = running_mean[n];
  statistics[params.outputs + n] = select(inverse, power_of_two(inverse, FLOOR), SHIFT);
}
