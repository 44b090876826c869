// dw[k][n] = scale * sum_m x[m][k] * g[m][n]  (f32), m increasing: the gradient to the weights, float inputs.
// x: [rows][depth] f32; g: [rows][outputs] f32; dw: [depth][outputs] f32.
// An invocation owns 4 inputs (lane, lane + 8, + 16, + 24 of a run of 32) x 4 consecutive outputs, so that the values
// of g are uniform over the lanes. One accumulator an output.
// dispatch: x = words, y = ceil(outputs / (4 * WG_Y))
// split: depth of dw; columns x

override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn write_row(k: u32, n: vec4<u32>, value: vec4<f32>) {
  if (k >= params.depth) { return; }
  let base = k * params.outputs;
  if (n.x < params.outputs) { dw[base + n.x] = value.x; }
  if (n.y < params.outputs) { dw[base + n.y] = value.y; }
  if (n.z < params.outputs) { dw[base + n.z] = value.z; }
  if (n.w < params.outputs) { dw[base + n.w] = value.w; }
}

@compute @workgroup_size(8, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let n = vec4<u32>((group.y * WG_Y + local.y) * 4) + vec4<u32>(0, 1, 2, 3);
  if (n.x >= params.outputs) { return; }
  let column = min(n, vec4<u32>(params.outputs - 1));
  let bit = vec4<u32>(local.x) + vec4<u32>(0, 8, 16, 24);
  let k = bit + group.x * 32;
  let input = min(k, vec4<u32>(params.depth - 1));
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var m = 0u; m < params.rows; m++) {
    let at = input + m * params.depth;
    let v = vec4<f32>(x[at.x], x[at.y], x[at.z], x[at.w]);
    let start = column + m * params.outputs;
    s0 = fma(v, vec4<f32>(g[start.x]), s0);
    s1 = fma(v, vec4<f32>(g[start.y]), s1);
    s2 = fma(v, vec4<f32>(g[start.z]), s2);
    s3 = fma(v, vec4<f32>(g[start.w]), s3);
  }
  write_row(k.x, n, params.scale * vec4<f32>(s0.x, s1.x, s2.x, s3.x));
  write_row(k.y, n, params.scale * vec4<f32>(s0.y, s1.y, s2.y, s3.y));
  write_row(k.z, n, params.scale * vec4<f32>(s0.z, s1.z, s2.z, s3.z));
  write_row(k.w, n, params.scale * vec4<f32>(s0.w, s1.w, s2.w, s3.w));
}
