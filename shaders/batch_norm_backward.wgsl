// include: sums
// include: power_of_two
// Gradient of batch normalisation: dx, dgamma and dbeta from the gradient of its output.
// vanilla: dx = gamma * inv * (g - mean(g) - xhat * mean(g * xhat)), dgamma = sum g * xhat, dbeta = sum g.
// SHIFT (bnn-spec 1.3): dx = G * R * (g - mean(g) - AP2(c) * R^2 * mean(AP2(c) * g)), dgamma = sum g * AP2(c * R).
// sums: [rows][outputs]; statistics: [2][outputs] as batch_norm_statistics left them; g, dx: [rows][outputs];
// mask: [rows][words], the straight-through (and dropout) mask of what followed; a cleared bit stops the gradient. The
// gradient proper is g_scale * g where the mask lets it through. MASKED off: mask is bound but not read.
// One invocation owns a channel and adds rows in order.
// dispatch: x = ceil(outputs / 64)

override SHIFT: bool = false;
override MASKED: bool = false;

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
@group(0) @binding(4) var<storage, read> g: array<f32>;
@group(0) @binding(5) var<storage, read> mask: array<u32>;
@group(0) @binding(6) var<storage, read_write> dx: array<f32>;
@group(0) @binding(7) var<storage, read_write> dgamma: array<f32>;
@group(0) @binding(8) var<storage, read_write> dbeta: array<f32>;

fn gradient(m: u32, n: u32) -> f32 {
  let value = params.g_scale * g[m * params.outputs + n];
  if (!MASKED) { return value; }
  return select(0.0, value, ((mask[m * params.words + (n >> 5)] >> (n & 31)) & 1) == 1);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs) { return; }
  let mean = statistics[n];
  let inverse = statistics[params.outputs + n];
  var total = 0.0;
  var along = 0.0;   // sum of g * xhat, or of g * AP2(c)
  var rounded = 0.0; // sum of g * AP2(c * R), for dgamma with SHIFT
  for (var m = 0u; m < params.rows; m++) {
    let value = gradient(m, n);
    let centred = sum_of(sums[m * params.outputs + n], params.scale) - mean;
    total += value;
    if (SHIFT) {
      along = fma(value, power_of_two(centred, FLOOR), along);
      rounded = fma(value, power_of_two(centred * inverse, FLOOR), rounded);
    } else {
      along = fma(value, centred * inverse, along);
    }
  }
  dbeta[n] = total;
  dgamma[n] = select(along, rounded, SHIFT);
  let rows = f32(params.rows);
  let mean_g = total / rows;
  let mean_along = along / rows;
  let factor = select(gamma[n], power_of_two(gamma[n], FLOOR), SHIFT) * inverse;
  for (var m = 0u; m < params.rows; m++) {
    let at = m * params.outputs + n;
    let centred = sum_of(sums[at], params.scale) - mean;
    var direction = centred * inverse;
    if (SHIFT) { direction = power_of_two(centred, FLOOR) * inverse * inverse; }
    dx[at] = factor * (gradient(m, n) - mean_g - direction * mean_along);
  }
}
