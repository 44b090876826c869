// include: bits
// include: conv_pixels
// y[m][n] = scale * sum pixel * w + offset * sum w over the inputs that count (f32): the first layer, 8-bit pixels, bit weights.
// Zero padding pads real zeros: a tap outside the picture contributes 0, not `offset`. MASKED: absent pixels contribute 0 as well.
// w: [taps][words][outputs] u32; y: [rows][outputs] f32.
// Both sums are whole numbers held exactly in f32 (255 * taps * channels < 2^24): only the last expression rounds, so every
// candidate gives the same bits. One invocation owns 4 consecutive rows x 4 outputs WG_X apart.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: images of pixels, mask, y

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

@group(0) @binding(3) var<storage, read> w: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

struct Row {
  place: vec3<u32>,
  pixels: vec4<f32>,
  signs: vec4<f32>,
}

fn start(m: u32) -> Row {
  return Row(output_place(min(m, params.rows - 1)), vec4<f32>(), vec4<f32>());
}

fn meet(row: ptr<function, Row>, source: u32, c: u32, sign: vec4<f32>) {
  let counts = counts_at(source, c);
  if (counts == 0) { return; }
  (*row).pixels = fma(vec4<f32>(pixel_at((*row).place.x, source, c)), sign, (*row).pixels);
  (*row).signs += sign;
}

fn write_row(m: u32, n: vec4<u32>, row: Row) {
  if (m >= params.rows) { return; }
  let value = fma(vec4<f32>(params.scale), row.pixels, params.offset * row.signs);
  let base = m * params.outputs;
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
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var r0 = start(m);
  var r1 = start(m + 1);
  var r2 = start(m + 2);
  var r3 = start(m + 3);
  for (var ky = 0u; ky < params.kernel; ky++) {
    for (var kx = 0u; kx < params.kernel; kx++) {
      let from0 = input_row(r0.place, ky, kx);
      let from1 = input_row(r1.place, ky, kx);
      let from2 = input_row(r2.place, ky, kx);
      let from3 = input_row(r3.place, ky, kx);
      for (var c = 0u; c < params.channels; c++) {
        let at = columns + ((ky * params.kernel + kx) * params.words + (c >> 5)) * params.outputs;
        let sign = signs_of(vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]), c & 31);
        meet(&r0, from0, c, sign);
        meet(&r1, from1, c, sign);
        meet(&r2, from2, c, sign);
        meet(&r3, from3, c, sign);
      }
    }
  }
  write_row(m, n, r0);
  write_row(m + 1, n, r1);
  write_row(m + 2, n, r2);
  write_row(m + 3, n, r3);
}
