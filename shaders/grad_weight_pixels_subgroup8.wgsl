enable subgroups;
// include: bits
// dw[k][n] = sum_m (scale * pixel[m][k] + offset) * g[m][n]  (f32), m increasing: the gradient to first-layer weights.
// pixels: [rows][ceil(depth/4)] u32, four pixels a word, little endian; g: [rows][outputs] f32; dw: [depth][outputs] f32. One accumulator an output.
// Lane = input channels: lane l owns inputs 4l .. 4l + 3 of two words, for 8 consecutive outputs.
// On lavapipe every storage load is done lane by lane, uniform or not (about 14 instructions a lane), so here
// each lane loads a different value and subgroupBroadcast spreads it: one load serves eight steps of the sum.
// A workgroup is one subgroup of 8. Beyond the last row the inputs count as 0.
// dispatch: x = ceil(words / 2), y = ceil(outputs / 8)
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
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> dw: array<f32>;

fn write(n: u32, k: vec4<u32>, value: vec4<f32>) {
  if (n >= params.outputs) { return; }
  if (k.x < params.depth) { dw[k.x * params.outputs + n] = value.x; }
  if (k.y < params.depth) { dw[k.y * params.outputs + n] = value.y; }
  if (k.z < params.depth) { dw[k.z * params.outputs + n] = value.z; }
  if (k.w < params.depth) { dw[k.w * params.outputs + n] = value.w; }
}

fn input_of(pixel: u32) -> vec4<f32> {
  return fma(vec4<f32>(params.scale), pixels_of(pixel), vec4<f32>(params.offset));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * 2;
  let second = min(first + 1, params.words - 1);
  let bit = vec4<u32>(lane * 4) + vec4<u32>(0, 1, 2, 3);
  let n = group.y * 8;
  let column = min(n + lane, params.outputs - 1);
  let row_words = (params.depth + 3) / 4;
  let first_quad = min(first * 8 + lane, row_words - 1);
  let second_quad = min(second * 8 + lane, row_words - 1);
  var s0 = vec4<f32>();
  var t0 = vec4<f32>();
  var s1 = vec4<f32>();
  var t1 = vec4<f32>();
  var s2 = vec4<f32>();
  var t2 = vec4<f32>();
  var s3 = vec4<f32>();
  var t3 = vec4<f32>();
  var s4 = vec4<f32>();
  var t4 = vec4<f32>();
  var s5 = vec4<f32>();
  var t5 = vec4<f32>();
  var s6 = vec4<f32>();
  var t6 = vec4<f32>();
  var s7 = vec4<f32>();
  var t7 = vec4<f32>();
  for (var i = 0u; i < params.rows; i += 4) {
    let row0 = i;
    let p0 = input_of(pixels[row0 * row_words + first_quad]);
    let q0 = input_of(pixels[row0 * row_words + second_quad]);
    let g0 = g[row0 * params.outputs + column];
    let inside1 = f32(i + 1 < params.rows);
    let row1 = min(i + 1, params.rows - 1);
    let p1 = input_of(pixels[row1 * row_words + first_quad]);
    let q1 = input_of(pixels[row1 * row_words + second_quad]);
    let g1 = g[row1 * params.outputs + column] * inside1;
    let inside2 = f32(i + 2 < params.rows);
    let row2 = min(i + 2, params.rows - 1);
    let p2 = input_of(pixels[row2 * row_words + first_quad]);
    let q2 = input_of(pixels[row2 * row_words + second_quad]);
    let g2 = g[row2 * params.outputs + column] * inside2;
    let inside3 = f32(i + 3 < params.rows);
    let row3 = min(i + 3, params.rows - 1);
    let p3 = input_of(pixels[row3 * row_words + first_quad]);
    let q3 = input_of(pixels[row3 * row_words + second_quad]);
    let g3 = g[row3 * params.outputs + column] * inside3;
    s0 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 0)), s0);
    s0 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 0)), s0);
    s0 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 0)), s0);
    s0 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 0)), s0);
    t0 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 0)), t0);
    t0 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 0)), t0);
    t0 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 0)), t0);
    t0 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 0)), t0);
    s1 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 1)), s1);
    s1 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 1)), s1);
    s1 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 1)), s1);
    s1 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 1)), s1);
    t1 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 1)), t1);
    t1 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 1)), t1);
    t1 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 1)), t1);
    t1 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 1)), t1);
    s2 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 2)), s2);
    s2 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 2)), s2);
    s2 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 2)), s2);
    s2 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 2)), s2);
    t2 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 2)), t2);
    t2 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 2)), t2);
    t2 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 2)), t2);
    t2 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 2)), t2);
    s3 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 3)), s3);
    s3 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 3)), s3);
    s3 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 3)), s3);
    s3 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 3)), s3);
    t3 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 3)), t3);
    t3 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 3)), t3);
    t3 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 3)), t3);
    t3 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 3)), t3);
    s4 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 4)), s4);
    s4 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 4)), s4);
    s4 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 4)), s4);
    s4 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 4)), s4);
    t4 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 4)), t4);
    t4 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 4)), t4);
    t4 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 4)), t4);
    t4 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 4)), t4);
    s5 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 5)), s5);
    s5 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 5)), s5);
    s5 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 5)), s5);
    s5 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 5)), s5);
    t5 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 5)), t5);
    t5 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 5)), t5);
    t5 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 5)), t5);
    t5 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 5)), t5);
    s6 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 6)), s6);
    s6 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 6)), s6);
    s6 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 6)), s6);
    s6 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 6)), s6);
    t6 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 6)), t6);
    t6 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 6)), t6);
    t6 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 6)), t6);
    t6 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 6)), t6);
    s7 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 7)), s7);
    s7 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 7)), s7);
    s7 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 7)), s7);
    s7 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 7)), s7);
    t7 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 7)), t7);
    t7 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 7)), t7);
    t7 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 7)), t7);
    t7 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 7)), t7);
  }
  let k = bit + group.x * 64;
  write(n, k, s0);
  write(n, k + 32, t0);
  write(n + 1, k, s1);
  write(n + 1, k + 32, t1);
  write(n + 2, k, s2);
  write(n + 2, k + 32, t2);
  write(n + 3, k, s3);
  write(n + 3, k + 32, t3);
  write(n + 4, k, s4);
  write(n + 4, k + 32, t4);
  write(n + 5, k, s5);
  write(n + 5, k + 32, t5);
  write(n + 6, k, s6);
  write(n + 6, k + 32, t6);
  write(n + 7, k, s7);
  write(n + 7, k + 32, t7);
}
