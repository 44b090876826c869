// include: value
// include: gradient
// dx[m][n] = g * the slope that stands in for the sign's at y, the (normalised) sum as sign_pack read it, less the channel's threshold
// (THRESHOLD). approxSign: 2 - 2|y| on |y| < 1, the slope of two parabolas (Liu et al. 2018, Bi-Real Net). SWISH:
// b (2 - b y tanh(b y / 2)) / (1 + cosh(b y)) with b = 5, the slope of SignSwish (Darabi et al. 2018, BNN+; larq's SwishSign), written in e^-|b y|, which cannot overflow.
// sums, g, dx: [rows][outputs]; statistics: [2][outputs]; threshold: [outputs]; mask: [rows][words]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of sums, g, mask, dx

override THRESHOLD: bool = false;
override SWISH: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  scale: f32,
  g_scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read> threshold: array<f32>;
@group(0) @binding(6) var<storage, read> g: array<f32>;
@group(0) @binding(7) var<storage, read> mask: array<u32>;
@group(0) @binding(8) var<storage, read_write> dx: array<f32>;

const STEEPNESS = 5.0;

fn slope(y: f32) -> f32 {
  if (!SWISH) { return 2.0 * max(0.0, 1.0 - abs(y)); }
  let z = STEEPNESS * abs(y);
  let e = exp(-z);
  let d = 1.0 + e;
  // 1 / (1 + cosh z) = 2 e / d^2 and tanh(z / 2) = (1 - e) / d.
  return STEEPNESS * (2.0 - z * (1.0 - e) / d) * (2.0 * e / (d * d));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs || id.y >= params.rows) { return; }
  var y = value_at(id.y, n);
  if (THRESHOLD) { y -= threshold[n]; }
  dx[id.y * params.outputs + n] = gradient(id.y, n) * slope(y);
}
