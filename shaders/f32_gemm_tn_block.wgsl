// c[k][n] = scale * sum_m a[m][k] * b[m][n]  (f32): the gradient to the weights of a float layer, the contraction index increasing.
// a: [rows][depth] (the input); b: [rows][outputs] (the gradient g); c: [depth][outputs]; all f32. Nothing is packed here: this serves `weights: real` layers.
// One invocation owns a 4 x 4 block of c: 4 consecutive rows, and 4 columns that lie WG_X apart.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(depth / (4 * WG_Y))
// split: depth of c; columns a

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

fn write_row(row: u32, n: vec4<u32>, value: vec4<f32>) {
  if (row >= params.depth) { return; }
  let base = row * params.outputs;
  if (n.x < params.outputs) { c[base + n.x] = value.x; }
  if (n.y < params.outputs) { c[base + n.y] = value.y; }
  if (n.z < params.outputs) { c[base + n.z] = value.z; }
  if (n.w < params.outputs) { c[base + n.w] = value.w; }
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.depth || n.x >= params.outputs) { return; }
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.depth - 1));
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var i = 0u; i < params.rows; i++) {
    let at = columns + i * params.outputs;
    let v = vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
    let start = rows + i * params.depth;
    s0 = fma(vec4<f32>(a[start.x]), v, s0);
    s1 = fma(vec4<f32>(a[start.y]), v, s1);
    s2 = fma(vec4<f32>(a[start.z]), v, s2);
    s3 = fma(vec4<f32>(a[start.w]), v, s3);
  }
  write_row(m + 0, n, params.scale * s0);
  write_row(m + 1, n, params.scale * s1);
  write_row(m + 2, n, params.scale * s2);
  write_row(m + 3, n, params.scale * s3);
}
