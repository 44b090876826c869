// include: value
// Backward of prelu.wgsl, with t = x - knee: dx = g where t > 0, else slope * g. lift does not enter.
// sums, g, dx: [rows][outputs]; statistics: [2][outputs]; slope, knee: [outputs]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of sums, g, dx

override MOVED: bool = false;

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
@group(0) @binding(5) var<storage, read> slope: array<f32>;
@group(0) @binding(6) var<storage, read> knee: array<f32>;
@group(0) @binding(7) var<storage, read> g: array<f32>;
@group(0) @binding(8) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs || id.y >= params.rows) { return; }
  var t = value_at(id.y, n);
  if (MOVED) { t -= knee[n]; }
  let at = id.y * params.outputs + n;
  dx[at] = select(slope[n] * g[at], g[at], t > 0);
}
