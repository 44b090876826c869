// include: value
// A learned activation of a (normalised) sum x: with t = x - knee, y = t + lift where t > 0, else slope * t + lift, each of the three by
// channel (RPReLU, Liu et al. 2020). MOVED off: knee and lift are 0, bound but not read (PReLU, He et al. 2015).
// sums: [rows][outputs]; statistics: [2][outputs]; slope, knee, lift: [outputs]; y: [rows][outputs]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of sums, y

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
@group(0) @binding(7) var<storage, read> lift: array<f32>;
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs || id.y >= params.rows) { return; }
  var t = value_at(id.y, n);
  if (MOVED) { t -= knee[n]; }
  var value = select(slope[n] * t, t, t > 0);
  if (MOVED) { value += lift[n]; }
  y[id.y * params.outputs + n] = value;
}
