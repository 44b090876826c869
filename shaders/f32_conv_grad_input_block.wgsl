// include: conv
// dx[i][k] = sum over taps, then over filters n, of g[o][n] * b[tap * channels + k][n]  (f32): the gradient to the input of a float
// convolution. g: [rows][outputs]; b: [taps * channels][outputs]; dx: [input rows][channels]; all f32.
// An invocation owns 4 consecutive input rows x 4 channels 8 apart.
// dispatch: x = ceil(channels / 32), y = ceil(images * height * width / (4 * WG_Y))
// split: images of g, dx

override WG_Y: u32 = 1;

@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn gradient(row: u32, n: u32) -> vec4<f32> {
  if (row == OUTSIDE) { return vec4<f32>(); }
  return vec4<f32>(g[row * params.outputs + n]);
}

fn write_row(row: u32, k: vec4<u32>, value: vec4<f32>) {
  if (row >= params.images * params.height * params.width) { return; }
  let base = row * params.channels;
  if (k.x < params.channels) { dx[base + k.x] = value.x; }
  if (k.y < params.channels) { dx[base + k.y] = value.y; }
  if (k.z < params.channels) { dx[base + k.z] = value.z; }
  if (k.w < params.channels) { dx[base + k.w] = value.w; }
}

@compute @workgroup_size(8, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let k = vec4<u32>(group.x * 32 + local.x) + vec4<u32>(0, 8, 16, 24);
  let rows = params.images * params.height * params.width;
  if (m >= rows || k.x >= params.channels) { return; }
  let held = min(k, vec4<u32>(params.channels - 1));
  let p0 = input_place(m);
  let p1 = input_place(min(m + 1, rows - 1));
  let p2 = input_place(min(m + 2, rows - 1));
  let p3 = input_place(min(m + 3, rows - 1));
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var ky = 0u; ky < params.kernel; ky++) {
    for (var kx = 0u; kx < params.kernel; kx++) {
      let o0 = output_row(p0, ky, kx);
      let o1 = output_row(p1, ky, kx);
      let o2 = output_row(p2, ky, kx);
      let o3 = output_row(p3, ky, kx);
      let lines = (held + (ky * params.kernel + kx) * params.channels) * params.outputs;
      for (var n = 0u; n < params.outputs; n++) {
        let v = vec4<f32>(b[lines.x + n], b[lines.y + n], b[lines.z + n], b[lines.w + n]);
        s0 = fma(gradient(o0, n), v, s0);
        s1 = fma(gradient(o1, n), v, s1);
        s2 = fma(gradient(o2, n), v, s2);
        s3 = fma(gradient(o3, n), v, s3);
      }
    }
  }
  write_row(m, k, s0);
  write_row(m + 1, k, s1);
  write_row(m + 2, k, s2);
  write_row(m + 3, k, s3);
}
