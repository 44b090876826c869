// include: normalise
// y[m] = mean over n of |v[m][n]|, v a (normalised) sum: A of the input scale (XNOR-Net, section 3.2).
// sums: [rows][outputs]; statistics: [2][outputs]; y: [rows] f32. One invocation owns one row.
// dispatch: x = ceil(rows / 64)
// split: rows of sums, y

struct Params {
  rows: u32,
  outputs: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

fn value(row: u32, n: u32) -> f32 {
  let sum = sum_of(sums[row * params.outputs + n], params.scale);
  if (!NORMALISE) { return sum; }
  return normalised(sum, statistics[n], statistics[params.outputs + n], gamma[n], beta[n]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.rows) { return; }
  var sum = 0.0;
  for (var n = 0u; n < params.outputs; n++) { sum += abs(value(id.x, n)); }
  y[id.x] = sum / f32(params.outputs);
}
