enable subgroups;
// include: bits
// include: presence
// y[m][n] = scale * sum_k pixel[m][k] * w(k,n) + offset * sum_k w(k,n)  (f32): the first layer, 8-bit pixels, bit weights.
// With MASKED both sums run over the inputs present; mask: [rows][words] u32 (include/presence).
// pixels: [rows][ceil(depth/4)] u32, four 8-bit pixels a word, little endian, pad bytes 0; w: [words][outputs] u32;
// y: [rows][outputs] f32.
// Both sums are whole numbers held exactly in f32 (255 * depth < 2^24, so depth <= 65793), hence bit-identical to
// pixel_gemm_planes_*: only the last expression rounds.
// Lane = output: an invocation owns 8 rows x 4 outputs that lie 8 apart. A pixel word a lane makes 32 pixels a load.
// On lavapipe every storage load is done lane by lane, uniform or not (about 14 instructions a lane), so here
// each lane loads a different value and subgroupBroadcast spreads it: one load serves eight steps of the sum.
// A workgroup is one subgroup of 8.
// 2026-11-23, llvmpipe (Mesa 25.0.7, AVX-512VL, 2 cores): 100 x 2048 x 2048 at 60 GFLOP/s against 38 for pixel_gemm_float_block.
// dispatch: x = ceil(outputs / 32), y = ceil(rows / 8)
// split: rows of pixels, mask, y
// requires: subgroups 8

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

// acc + the products of the eight lanes' values of v with s0 .. s7, in that order.
fn eight(acc: vec4<f32>, v: f32, s0: vec4<f32>, s1: vec4<f32>, s2: vec4<f32>, s3: vec4<f32>,
         s4: vec4<f32>, s5: vec4<f32>, s6: vec4<f32>, s7: vec4<f32>) -> vec4<f32> {
  var sum = acc;
  sum = fma(vec4<f32>(subgroupBroadcast(v, 0)), s0, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 1)), s1, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 2)), s2, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 3)), s3, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 4)), s4, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 5)), s5, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 6)), s6, sum);
  sum = fma(vec4<f32>(subgroupBroadcast(v, 7)), s7, sum);
  return sum;
}

// positive: how many weights of +1 the inputs present meet; present: how many inputs those are.
fn write(row: u32, n: vec4<u32>, pixel_sum: vec4<f32>, positive: vec4<u32>, present: u32) {
  let sign_sum = vec4<f32>(2 * vec4<i32>(positive) - inputs_of_row(present));
  let value = fma(vec4<f32>(params.scale), pixel_sum, params.offset * sign_sum);
  let base = row * params.outputs;
  if (n.x < params.outputs) { y[base + n.x] = value.x; }
  if (n.y < params.outputs) { y[base + n.y] = value.y; }
  if (n.z < params.outputs) { y[base + n.z] = value.z; }
  if (n.w < params.outputs) { y[base + n.w] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let m = group.y * 8;
  let n = vec4<u32>(group.x * 32 + lane) + vec4<u32>(0, 8, 16, 24);
  let column = min(n, vec4<u32>(params.outputs - 1));
  let row_words = (params.depth + 3) / 4;
  let r0 = min(m + 0, params.rows - 1);
  let r1 = min(m + 1, params.rows - 1);
  let r2 = min(m + 2, params.rows - 1);
  let r3 = min(m + 3, params.rows - 1);
  let r4 = min(m + 4, params.rows - 1);
  let r5 = min(m + 5, params.rows - 1);
  let r6 = min(m + 6, params.rows - 1);
  let r7 = min(m + 7, params.rows - 1);
  var s0 = vec4<f32>();
  var t0 = vec4<u32>();
  var present0 = 0u;
  var s1 = vec4<f32>();
  var t1 = vec4<u32>();
  var present1 = 0u;
  var s2 = vec4<f32>();
  var t2 = vec4<u32>();
  var present2 = 0u;
  var s3 = vec4<f32>();
  var t3 = vec4<u32>();
  var present3 = 0u;
  var s4 = vec4<f32>();
  var t4 = vec4<u32>();
  var present4 = 0u;
  var s5 = vec4<f32>();
  var t5 = vec4<u32>();
  var present5 = 0u;
  var s6 = vec4<f32>();
  var t6 = vec4<u32>();
  var present6 = 0u;
  var s7 = vec4<f32>();
  var t7 = vec4<u32>();
  var present7 = 0u;
  // Bytes 0..3 of the pixel words; the bound is 4, read from a buffer so that the loop stays a loop.
  let bytes = min(4u, params.depth);
  for (var i = 0u; i < params.words; i++) {
    let at = column + i * params.outputs;
    let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
    let quad = min(8 * i + lane, row_words - 1);
    let inside = 8 * i + lane < row_words;
    let p0 = present_at(r0 * params.words + i);
    let x0 = select(0u, pixels_present(pixels[r0 * row_words + quad], p0 >> (4 * lane)), inside);
    t0 += countOneBits(bits_present(v, p0));
    present0 += countOneBits(p0);
    let p1 = present_at(r1 * params.words + i);
    let x1 = select(0u, pixels_present(pixels[r1 * row_words + quad], p1 >> (4 * lane)), inside);
    t1 += countOneBits(bits_present(v, p1));
    present1 += countOneBits(p1);
    let p2 = present_at(r2 * params.words + i);
    let x2 = select(0u, pixels_present(pixels[r2 * row_words + quad], p2 >> (4 * lane)), inside);
    t2 += countOneBits(bits_present(v, p2));
    present2 += countOneBits(p2);
    let p3 = present_at(r3 * params.words + i);
    let x3 = select(0u, pixels_present(pixels[r3 * row_words + quad], p3 >> (4 * lane)), inside);
    t3 += countOneBits(bits_present(v, p3));
    present3 += countOneBits(p3);
    let p4 = present_at(r4 * params.words + i);
    let x4 = select(0u, pixels_present(pixels[r4 * row_words + quad], p4 >> (4 * lane)), inside);
    t4 += countOneBits(bits_present(v, p4));
    present4 += countOneBits(p4);
    let p5 = present_at(r5 * params.words + i);
    let x5 = select(0u, pixels_present(pixels[r5 * row_words + quad], p5 >> (4 * lane)), inside);
    t5 += countOneBits(bits_present(v, p5));
    present5 += countOneBits(p5);
    let p6 = present_at(r6 * params.words + i);
    let x6 = select(0u, pixels_present(pixels[r6 * row_words + quad], p6 >> (4 * lane)), inside);
    t6 += countOneBits(bits_present(v, p6));
    present6 += countOneBits(p6);
    let p7 = present_at(r7 * params.words + i);
    let x7 = select(0u, pixels_present(pixels[r7 * row_words + quad], p7 >> (4 * lane)), inside);
    t7 += countOneBits(bits_present(v, p7));
    present7 += countOneBits(p7);
    for (var c = 0u; c < bytes; c++) {
      let q0 = signs_of(v, c);
      let q1 = signs_of(v, c + 4);
      let q2 = signs_of(v, c + 8);
      let q3 = signs_of(v, c + 12);
      let q4 = signs_of(v, c + 16);
      let q5 = signs_of(v, c + 20);
      let q6 = signs_of(v, c + 24);
      let q7 = signs_of(v, c + 28);
      s0 = eight(s0, f32((x0 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s1 = eight(s1, f32((x1 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s2 = eight(s2, f32((x2 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s3 = eight(s3, f32((x3 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s4 = eight(s4, f32((x4 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s5 = eight(s5, f32((x5 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s6 = eight(s6, f32((x6 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
      s7 = eight(s7, f32((x7 >> (8 * c)) & 255), q0, q1, q2, q3, q4, q5, q6, q7);
    }
  }
  write(m, n, s0, t0, present0);
  if (m + 1 < params.rows) { write(m + 1, n, s1, t1, present1); }
  if (m + 2 < params.rows) { write(m + 2, n, s2, t2, present2); }
  if (m + 3 < params.rows) { write(m + 3, n, s3, t3, present3); }
  if (m + 4 < params.rows) { write(m + 4, n, s4, t4, present4); }
  if (m + 5 < params.rows) { write(m + 5, n, s5, t5, present5); }
  if (m + 6 < params.rows) { write(m + 6, n, s6, t6, present6); }
  if (m + 7 < params.rows) { write(m + 7, n, s7, t7, present7); }
}
