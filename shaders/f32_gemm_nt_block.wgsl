// c[m][k] = sum_n a[m][n] * b[k][n]  (f32): the gradient to the input of a float layer, the contraction index increasing.
// a: [rows][outputs] (the gradient g); b: [depth][outputs] (the weights); c: [rows][depth]; all f32. Nothing is packed here: this serves `weights: real` layers.
// One invocation owns a 4 x 4 block of c: 4 consecutive rows, and 4 columns that lie WG_X apart.
// dispatch: x = ceil(depth / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: rows of a, c
// split: depth of b; columns c

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

fn write_row(row: u32, n: vec4<u32>, value: vec4<f32>) {
  if (row >= params.rows) { return; }
  let base = row * params.depth;
  if (n.x < params.depth) { c[base + n.x] = value.x; }
  if (n.y < params.depth) { c[base + n.y] = value.y; }
  if (n.z < params.depth) { c[base + n.z] = value.z; }
  if (n.w < params.depth) { c[base + n.w] = value.w; }
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.depth) { return; }
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1)) * params.outputs;
  let columns = min(n, vec4<u32>(params.depth - 1)) * params.outputs;
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var i = 0u; i < params.outputs; i++) {
    let at = columns + i;
    let v = vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
    let start = rows + i;
    s0 = fma(vec4<f32>(a[start.x]), v, s0);
    s1 = fma(vec4<f32>(a[start.y]), v, s1);
    s2 = fma(vec4<f32>(a[start.z]), v, s2);
    s3 = fma(vec4<f32>(a[start.w]), v, s3);
  }
  write_row(m + 0, n, s0);
  write_row(m + 1, n, s1);
  write_row(m + 2, n, s2);
  write_row(m + 3, n, s3);
}
