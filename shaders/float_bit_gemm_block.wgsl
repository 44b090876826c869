// include: bits
// y[m][n] = sum_k a[m][k] * w(k,n)  (f32), k increasing: float activations, bit weights (+1 / -1).
// a: [rows][depth] f32; w: [words][outputs] u32; y: [rows][outputs] f32. One accumulator an output; products with +-1
// are exact, so every float_bit_gemm_* gives the same bits. Signs are decoded once for 4 rows.
// One invocation owns 4 consecutive rows x 4 outputs that lie WG_X apart, so that neighbouring lanes read
// neighbouring words; WG_X = 8, WG_Y = 1 keeps row addresses uniform on software adapters, 8 x 8 suits a GPU.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: rows of a, y

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

fn write_row(row: u32, n: vec4<u32>, value: vec4<f32>) {
  if (row >= params.rows) { return; }
  let base = row * params.outputs;
  if (n.x < params.outputs) { y[base + n.x] = value.x; }
  if (n.y < params.outputs) { y[base + n.y] = value.y; }
  if (n.z < params.outputs) { y[base + n.z] = value.z; }
  if (n.w < params.outputs) { y[base + n.w] = value.w; }
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.outputs) { return; }
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1)) * params.depth;
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var i = 0u; i < params.words; i++) {
    let at = columns + i * params.outputs;
    let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
    let first = rows + 32 * i;
    let count = min(32u, params.depth - 32 * i);
    for (var b = 0u; b < count; b++) {
      let sign = signs_of(v, b);
      s0 = fma(vec4<f32>(a[first.x + b]), sign, s0);
      s1 = fma(vec4<f32>(a[first.y + b]), sign, s1);
      s2 = fma(vec4<f32>(a[first.z + b]), sign, s2);
      s3 = fma(vec4<f32>(a[first.w + b]), sign, s3);
    }
  }
  write_row(m + 0, n, s0);
  write_row(m + 1, n, s1);
  write_row(m + 2, n, s2);
  write_row(m + 3, n, s3);
}
