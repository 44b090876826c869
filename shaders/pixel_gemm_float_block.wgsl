// include: bits
// include: presence
// y[m][n] = scale * sum_k pixel[m][k] * w(k,n) + offset * sum_k w(k,n)  (f32): the first layer, 8-bit pixels, bit weights.
// With MASKED both sums run over the inputs present; mask: [rows][words] u32 (include/presence).
// pixels: [rows][ceil(depth/4)] u32, four 8-bit pixels a word, little endian, pad bytes 0; w: [words][outputs] u32;
// y: [rows][outputs] f32.
// Both sums are whole numbers held exactly in f32 (255 * depth < 2^24, so depth <= 65793), hence bit-identical to
// pixel_gemm_planes_*: only the last expression rounds. Weight signs are decoded once for 4 rows.
// One invocation owns 4 consecutive rows x 4 outputs that lie WG_X apart, so that neighbouring lanes read
// neighbouring words; WG_X = 8, WG_Y = 1 keeps row addresses uniform on software adapters, 8 x 8 suits a GPU.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: rows of pixels, mask, y

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
  scale: f32,
  offset: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// positive: how many weights of +1 the inputs present meet; present: how many inputs those are.
fn write_row(row: u32, n: vec4<u32>, pixel_sum: vec4<f32>, positive: vec4<u32>, present: u32) {
  if (row >= params.rows) { return; }
  let sign_sum = vec4<f32>(2 * vec4<i32>(positive) - inputs_of_row(present));
  let value = fma(vec4<f32>(params.scale), pixel_sum, params.offset * sign_sum);
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
  let row = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1));
  let columns = min(n, vec4<u32>(params.outputs - 1));
  let row_words = (params.depth + 3) / 4;
  let rows = row * row_words;
  let masks = row * params.words;
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  var t0 = vec4<u32>();
  var t1 = vec4<u32>();
  var t2 = vec4<u32>();
  var t3 = vec4<u32>();
  var present = vec4<u32>();
  for (var i = 0u; i < params.words; i++) {
    let at = columns + i * params.outputs;
    let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
    let p = vec4<u32>(present_at(masks.x + i), present_at(masks.y + i), present_at(masks.z + i), present_at(masks.w + i));
    present += countOneBits(p);
    t0 += countOneBits(bits_present(v, p.x));
    t1 += countOneBits(bits_present(v, p.y));
    t2 += countOneBits(bits_present(v, p.z));
    t3 += countOneBits(bits_present(v, p.w));
    let last = min(8u, row_words - 8 * i);
    for (var q = 0u; q < last; q++) {
      let at_pixels = rows + 8 * i + q;
      let x0 = pixels_of(pixels_present(pixels[at_pixels.x], p.x >> (4 * q)));
      let x1 = pixels_of(pixels_present(pixels[at_pixels.y], p.y >> (4 * q)));
      let x2 = pixels_of(pixels_present(pixels[at_pixels.z], p.z >> (4 * q)));
      let x3 = pixels_of(pixels_present(pixels[at_pixels.w], p.w >> (4 * q)));
      let d0 = signs_of(v, 4 * q);
      let d1 = signs_of(v, 4 * q + 1);
      let d2 = signs_of(v, 4 * q + 2);
      let d3 = signs_of(v, 4 * q + 3);
      s0 = fma(vec4<f32>(x0.x), d0, s0);
      s0 = fma(vec4<f32>(x0.y), d1, s0);
      s0 = fma(vec4<f32>(x0.z), d2, s0);
      s0 = fma(vec4<f32>(x0.w), d3, s0);
      s1 = fma(vec4<f32>(x1.x), d0, s1);
      s1 = fma(vec4<f32>(x1.y), d1, s1);
      s1 = fma(vec4<f32>(x1.z), d2, s1);
      s1 = fma(vec4<f32>(x1.w), d3, s1);
      s2 = fma(vec4<f32>(x2.x), d0, s2);
      s2 = fma(vec4<f32>(x2.y), d1, s2);
      s2 = fma(vec4<f32>(x2.z), d2, s2);
      s2 = fma(vec4<f32>(x2.w), d3, s2);
      s3 = fma(vec4<f32>(x3.x), d0, s3);
      s3 = fma(vec4<f32>(x3.y), d1, s3);
      s3 = fma(vec4<f32>(x3.z), d2, s3);
      s3 = fma(vec4<f32>(x3.w), d3, s3);
    }
  }
  write_row(m + 0, n, s0, t0, present.x);
  write_row(m + 1, n, s1, t1, present.y);
  write_row(m + 2, n, s2, t2, present.z);
  write_row(m + 3, n, s3, t3, present.w);
}
