// include: step
// include: health
// Sums one head's batch into the metrics of this step: metrics[slot] = (sum of losses, errors, top-5 errors, heads seen).
// loss: [rows]; ranks: [2][rows]; metrics: [slots][4] f32, counts exact below 2^24; predictions: [slots][rows].
// head_errors[slot][head] = (errors, top-5 errors) of every head by itself: [slots][heads][2].
// The first head sets the slot, later ones add their weighted loss; the main head gives errors and predictions.
// One invocation adds the rows in order, so the sum never depends on the adapter's scheduling.
// dispatch: x = 1
// split: none

struct Params {
  rows: u32,
  weight: f32,
  first_head: u32,
  main_head: u32,
  place: u32,
  head: u32,
  heads: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> loss: array<f32>;
@group(0) @binding(3) var<storage, read> ranks: array<u32>;
@group(0) @binding(4) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(5) var<storage, read_write> predictions: array<u32>;
@group(0) @binding(6) var<storage, read_write> health: array<u32>;
@group(0) @binding(7) var<storage, read_write> head_errors: array<f32>;

@compute @workgroup_size(1)
fn main() {
  let at = step.slot * 4;
  var sum = 0.0;
  var errors = 0u;
  var errors5 = 0u;
  for (var m = 0u; m < step.rows; m++) {
    sum += loss[m];
    let rank = ranks[params.rows + m];
    errors += select(0u, 1u, rank > 0);
    errors5 += select(0u, 1u, rank > 4);
  }
  if (params.first_head == 1) {
    metrics[at] = params.weight * sum;
    metrics[at + 3] = 1.0;
  } else {
    metrics[at] += params.weight * sum;
    metrics[at + 3] += 1.0;
  }
  let own = (step.slot * params.heads + params.head) * 2;
  head_errors[own] = f32(errors);
  head_errors[own + 1] = f32(errors5);
  if (params.main_head == 1) {
    metrics[at + 1] = f32(errors);
    metrics[at + 2] = f32(errors5);
    for (var m = 0u; m < step.rows; m++) { predictions[step.slot * params.rows + m] = ranks[m]; }
  }
  if (!finite(sum) && health[params.place] == 0) { health[params.place] = step.step; }
}
