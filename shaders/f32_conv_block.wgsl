// include: conv
// c[m][n] = scale * sum over taps, then channels k, of a[i][k] * b[tap * channels + k][n]  (f32): the float convolution, for layers with real weights
// or real input, and what the convolution of bits is measured against. Taps outside the picture are skipped.
// a: [input rows][channels]; b: [taps * channels][outputs]; c: [rows][outputs]; all f32.
// One invocation owns 4 consecutive rows x 4 outputs WG_X apart.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: images of a, c

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

fn input(row: u32, k: u32) -> vec4<f32> {
  if (row == OUTSIDE) { return vec4<f32>(); }
  return vec4<f32>(a[row * params.channels + k]);
}

fn write_row(m: u32, n: vec4<u32>, value: vec4<f32>) {
  if (m >= params.rows) { return; }
  let base = m * params.outputs;
  if (n.x < params.outputs) { c[base + n.x] = params.scale * value.x; }
  if (n.y < params.outputs) { c[base + n.y] = params.scale * value.y; }
  if (n.z < params.outputs) { c[base + n.z] = params.scale * value.z; }
  if (n.w < params.outputs) { c[base + n.w] = params.scale * value.w; }
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.outputs) { return; }
  let columns = min(n, vec4<u32>(params.outputs - 1));
  let p0 = output_place(m);
  let p1 = output_place(min(m + 1, params.rows - 1));
  let p2 = output_place(min(m + 2, params.rows - 1));
  let p3 = output_place(min(m + 3, params.rows - 1));
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var ky = 0u; ky < params.kernel; ky++) {
    for (var kx = 0u; kx < params.kernel; kx++) {
      let from0 = input_row(p0, ky, kx);
      let from1 = input_row(p1, ky, kx);
      let from2 = input_row(p2, ky, kx);
      let from3 = input_row(p3, ky, kx);
      for (var k = 0u; k < params.channels; k++) {
        let at = columns + ((ky * params.kernel + kx) * params.channels + k) * params.outputs;
        let v = vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
        s0 = fma(input(from0, k), v, s0);
        s1 = fma(input(from1, k), v, s1);
        s2 = fma(input(from2, k), v, s2);
        s3 = fma(input(from3, k), v, s3);
      }
    }
  }
  write_row(m, n, s0);
  write_row(m + 1, n, s1);
  write_row(m + 2, n, s2);
  write_row(m + 3, n, s3);
}
