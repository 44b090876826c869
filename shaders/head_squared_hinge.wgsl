// include: ranking
// Squared hinge against one-hot targets in {-1, +1}: loss[m] = mean over classes of max(0, 1 - t * y)^2, and its gradient
// gradient[m][c] = -2 * t * max(0, 1 - t * y) * weight / (rows * classes) (bnn-spec 2.0).
// scores, gradient: [rows][classes] f32; labels: [rows]; loss: [rows]; ranks: [2][rows], winning classes then ranks of the labels.
// One invocation owns a row.
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
  let unit = params.weight * 2.0 / (f32(params.rows) * f32(params.classes));
  var sum = 0.0;
  for (var c = 0u; c < params.classes; c++) {
    let target_value = select(-1.0, 1.0, c == label);
    // Written so that a NaN score stays NaN, where max() might drop it.
    var margin = 1.0 - target_value * scores[first + c];
    if (margin < 0) { margin = 0.0; }
    sum = fma(margin, margin, sum);
    gradient[first + c] = -target_value * margin * unit;
  }
  loss[m] = sum / f32(params.classes);
  let result = ranking(first, params.classes, label);
  ranks[m] = result.predicted;
  ranks[params.rows + m] = result.rank;
}
