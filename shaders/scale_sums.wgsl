// include: sums
// y[m][n] = scale * s[m][n] * alpha[n] * k[m] + bias[n] (f32): sums of scaled weights (XNOR-Net, sections 3.1 and 3.2), with
// alpha[n] = share * magnitudes[n], the mean magnitude of a filter. INPUT_SCALE: k is there, else 1; BIAS: bias is there, else 0.
// sums: [rows][outputs]; magnitudes, bias: [outputs]; input_scale: [rows]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of sums, input_scale, y

override INPUT_SCALE: bool = false;
override BIAS: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  scale: f32,
  share: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> magnitudes: array<f32>;
@group(0) @binding(3) var<storage, read> input_scale: array<f32>;
@group(0) @binding(4) var<storage, read> bias: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.outputs + id.x;
  var value = sum_of(sums[at], params.scale) * (params.share * magnitudes[id.x]);
  if (INPUT_SCALE) { value *= input_scale[id.y]; }
  if (BIAS) { value += bias[id.x]; }
  y[at] = value;
}
