// y[m][n] = g[m][n] * alpha[n] * k[m]: the gradient on its way back through scale_sums.wgsl. ALPHA: alpha[n] = share * magnitudes[n],
// else 1; INPUT_SCALE: k is there, else 1. g, y: [rows][outputs]; magnitudes: [outputs]; input_scale: [rows], all f32.
// One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of g, input_scale, y

override ALPHA: bool = false;
override INPUT_SCALE: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  share: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> magnitudes: array<f32>;
@group(0) @binding(3) var<storage, read> input_scale: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.outputs + id.x;
  var value = g[at];
  if (ALPHA) { value *= params.share * magnitudes[id.x]; }
  if (INPUT_SCALE) { value *= input_scale[id.y]; }
  y[at] = value;
}
