// include: bits
// include: conv
// dx[i][c] = sum over taps and filters n of g[o][n] * w(tap, c, n)  (f32): the gradient to the input of a convolution with bit
// weights, where o is the output row that meets input row i at the tap. One accumulator an output. The order of the sum: lines of
// taps, then filters in groups, then taps of the line, then filters of the group. Groups are of 8 with stride 1, where kernels
// that keep a group's gradients for the next tap profit; else one group has all, and a tap is found once.
// g: [rows][outputs] f32; w: [taps][words][outputs] u32; dx: [input rows][channels] f32.
// Lane = input channel, as in grad_input_block: an invocation owns 4 input rows x 4 channels of one word.
// dispatch: x = words, y = ceil(images * height * width / (4 * WG_Y))
// split: images of g, dx

override WG_Y: u32 = 1;

@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn write_row(row: u32, k: vec4<u32>, value: vec4<f32>) {
  if (row >= params.images * params.height * params.width) { return; }
  let base = row * params.channels;
  if (k.x < params.channels) { dx[base + k.x] = value.x; }
  if (k.y < params.channels) { dx[base + k.y] = value.y; }
  if (k.z < params.channels) { dx[base + k.z] = value.z; }
  if (k.w < params.channels) { dx[base + k.w] = value.w; }
}

fn gradient(row: u32, n: u32) -> vec4<f32> {
  if (row == OUTSIDE) { return vec4<f32>(); }
  return vec4<f32>(g[row * params.outputs + n]);
}

@compute @workgroup_size(8, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let rows = params.images * params.height * params.width;
  if (m >= rows) { return; }
  let bit = vec4<u32>(local.x) + vec4<u32>(0, 8, 16, 24);
  let p0 = input_place(m);
  let p1 = input_place(min(m + 1, rows - 1));
  let p2 = input_place(min(m + 2, rows - 1));
  let p3 = input_place(min(m + 3, rows - 1));
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  let filters = select(params.outputs, 8u, params.stride == 1);
  for (var ky = 0u; ky < params.kernel; ky++) {
    for (var first = 0u; first < params.outputs; first += filters) {
      let last = min(first + filters, params.outputs);
      for (var kx = 0u; kx < params.kernel; kx++) {
        let o0 = output_row(p0, ky, kx);
        let o1 = output_row(p1, ky, kx);
        let o2 = output_row(p2, ky, kx);
        let o3 = output_row(p3, ky, kx);
        let base = ((ky * params.kernel + kx) * params.words + group.x) * params.outputs;
        for (var n = first; n < last; n++) {
          let sign = signs_at(w[base + n], bit);
          s0 = fma(gradient(o0, n), sign, s0);
          s1 = fma(gradient(o1, n), sign, s1);
          s2 = fma(gradient(o2, n), sign, s2);
          s3 = fma(gradient(o3, n), sign, s3);
        }
      }
    }
  }
  let k = bit + group.x * 32;
  write_row(m, k, s0);
  write_row(m + 1, k, s1);
  write_row(m + 2, k, s2);
  write_row(m + 3, k, s3);
}
