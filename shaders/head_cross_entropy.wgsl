// include: ranking
// Cross-entropy of the softmax: loss[m] = log(sum exp(y)) - y[label], gradient = (softmax - one-hot) * weight / rows.
// scores, gradient: [rows][classes] f32; labels: [rows]; loss: [rows]; ranks: [2][rows], winning classes then ranks of the labels.
// One invocation owns a row; the largest score is subtracted first, so exp never overflows.
// dispatch: x = ceil(rows / 8)
// split: none

struct Params {
  rows: u32,
  classes: u32,
  weight: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> scores: array<f32>;
@group(0) @binding(2) var<storage, read> labels: array<u32>;
@group(0) @binding(3) var<storage, read_write> loss: array<f32>;
@group(0) @binding(4) var<storage, read_write> ranks: array<u32>;
@group(0) @binding(5) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let m = id.x;
  if (m >= params.rows) { return; }
  let first = m * params.classes;
  let label = min(labels[m], params.classes - 1);
  let result = ranking(first, params.classes, label);
  let largest = scores[first + result.predicted];
  var sum = 0.0;
  for (var c = 0u; c < params.classes; c++) { sum += exp(scores[first + c] - largest); }
  let unit = params.weight / f32(params.rows);
  for (var c = 0u; c < params.classes; c++) {
    let probability = exp(scores[first + c] - largest) / sum;
    gradient[first + c] = (probability - select(0.0, 1.0, c == label)) * unit;
  }
  loss[m] = log(sum) + largest - scores[first + label];
  ranks[m] = result.predicted;
  ranks[params.rows + m] = result.rank;
}
