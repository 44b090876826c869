enable subgroups;
// include: bits
// include: conv
// parts[p][tap * channels + c][n] = scale * sum_m x(i, c) * g[m][n]  (f32): conv_grad_weight_block in other words, for lavapipe.
// x, mask: [input rows][words] u32; g: [rows][outputs] f32. MASKED: absent inputs count as 0; else mask is bound but not read.
// The plan of grad_weight_subgroup8: lane l owns channels 4l .. 4l + 3 of two words at one tap, for 8 consecutive outputs, and takes 8
// positions of an output line at a time, one a lane, spread by subgroupBroadcast. Positions whose tap lies outside the
// picture, and those beyond the line, count with g = 0, which changes no sum.
// dispatch: x = kernel * kernel * ceil(words / 2), y = ceil(outputs / 8), z = ceil(images * out_height / lines)
// requires: subgroups 8

override MASKED: bool = false;

@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;

// What 8 positions add to a word's channels for one output, whose gradients the lanes hold.
fn values(word: u32, present: u32, bit: vec4<u32>) -> vec4<f32> {
  let signs = signs_at(word, bit);
  if (!MASKED) { return signs; }
  return signs * ones_at(present, bit);
}

fn write(first: u32, c: u32, n: u32, low: vec4<f32>, high: vec4<f32>) {
  if (c >= params.channels) { return; }
  let base = (first + c) * params.outputs + n;
  let count = params.outputs - n;
  parts[base] = low.x;
  if (count > 1) { parts[base + 1] = low.y; }
  if (count > 2) { parts[base + 2] = low.z; }
  if (count > 3) { parts[base + 3] = low.w; }
  if (count > 4) { parts[base + 4] = high.x; }
  if (count > 5) { parts[base + 5] = high.y; }
  if (count > 6) { parts[base + 6] = high.z; }
  if (count > 7) { parts[base + 7] = high.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let pairs = (params.words + 1) / 2;
  let tap = group.x / pairs;
  let first = group.x % pairs * 2;
  let second = min(first + 1, params.words - 1);
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  let bit = vec4<u32>(lane * 4) + vec4<u32>(0, 1, 2, 3);
  let n = group.y * 8;
  let column = min(n + lane, params.outputs - 1);
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
  let end = min((group.z + 1) * params.lines, params.images * params.out_height);
  for (var line = group.z * params.lines; line < end; line++) {
    let image = line / params.out_height;
    let oy = line % params.out_height;
    if (oy * params.stride + ky - params.padding >= params.height) { continue; }
    for (var ox = 0u; ox < params.out_width; ox += 8) {
      let source = input_row(vec3<u32>(image, oy, ox + lane), ky, kx);
      let inside = source != OUTSIDE && ox + lane < params.out_width;
      let at = select(0u, source * params.words, inside);
      let v = x[at + first];
      let u = x[at + second];
      let vp = select(0u, mask[select(0u, at + first, MASKED)], MASKED);
      let up = select(0u, mask[select(0u, at + second, MASKED)], MASKED);
      let counts = f32(inside);
      let row = line * params.out_width + ox;
      let last = params.out_width - 1 - ox;
      let g0 = g[(row + min(0u, last)) * params.outputs + column] * subgroupBroadcast(counts, 0);
      let g1 = g[(row + min(1u, last)) * params.outputs + column] * subgroupBroadcast(counts, 1);
      let g2 = g[(row + min(2u, last)) * params.outputs + column] * subgroupBroadcast(counts, 2);
      let g3 = g[(row + min(3u, last)) * params.outputs + column] * subgroupBroadcast(counts, 3);
      let g4 = g[(row + min(4u, last)) * params.outputs + column] * subgroupBroadcast(counts, 4);
      let g5 = g[(row + min(5u, last)) * params.outputs + column] * subgroupBroadcast(counts, 5);
      let g6 = g[(row + min(6u, last)) * params.outputs + column] * subgroupBroadcast(counts, 6);
      let g7 = g[(row + min(7u, last)) * params.outputs + column] * subgroupBroadcast(counts, 7);
      let p0 = values(subgroupBroadcast(v, 0), subgroupBroadcast(vp, 0), bit);
      let p1 = values(subgroupBroadcast(v, 1), subgroupBroadcast(vp, 1), bit);
      let p2 = values(subgroupBroadcast(v, 2), subgroupBroadcast(vp, 2), bit);
      let p3 = values(subgroupBroadcast(v, 3), subgroupBroadcast(vp, 3), bit);
      let p4 = values(subgroupBroadcast(v, 4), subgroupBroadcast(vp, 4), bit);
      let p5 = values(subgroupBroadcast(v, 5), subgroupBroadcast(vp, 5), bit);
      let p6 = values(subgroupBroadcast(v, 6), subgroupBroadcast(vp, 6), bit);
      let p7 = values(subgroupBroadcast(v, 7), subgroupBroadcast(vp, 7), bit);
      let q0 = values(subgroupBroadcast(u, 0), subgroupBroadcast(up, 0), bit);
      let q1 = values(subgroupBroadcast(u, 1), subgroupBroadcast(up, 1), bit);
      let q2 = values(subgroupBroadcast(u, 2), subgroupBroadcast(up, 2), bit);
      let q3 = values(subgroupBroadcast(u, 3), subgroupBroadcast(up, 3), bit);
      let q4 = values(subgroupBroadcast(u, 4), subgroupBroadcast(up, 4), bit);
      let q5 = values(subgroupBroadcast(u, 5), subgroupBroadcast(up, 5), bit);
      let q6 = values(subgroupBroadcast(u, 6), subgroupBroadcast(up, 6), bit);
      let q7 = values(subgroupBroadcast(u, 7), subgroupBroadcast(up, 7), bit);
      s0 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 0)), s0);
      s0 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 0)), s0);
      s0 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 0)), s0);
      s0 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 0)), s0);
      s0 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 0)), s0);
      s0 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 0)), s0);
      s0 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 0)), s0);
      s0 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 0)), s0);
      t0 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 0)), t0);
      t0 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 0)), t0);
      t0 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 0)), t0);
      t0 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 0)), t0);
      t0 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 0)), t0);
      t0 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 0)), t0);
      t0 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 0)), t0);
      t0 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 0)), t0);
      s1 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 1)), s1);
      s1 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 1)), s1);
      s1 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 1)), s1);
      s1 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 1)), s1);
      s1 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 1)), s1);
      s1 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 1)), s1);
      s1 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 1)), s1);
      s1 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 1)), s1);
      t1 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 1)), t1);
      t1 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 1)), t1);
      t1 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 1)), t1);
      t1 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 1)), t1);
      t1 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 1)), t1);
      t1 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 1)), t1);
      t1 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 1)), t1);
      t1 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 1)), t1);
      s2 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 2)), s2);
      s2 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 2)), s2);
      s2 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 2)), s2);
      s2 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 2)), s2);
      s2 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 2)), s2);
      s2 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 2)), s2);
      s2 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 2)), s2);
      s2 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 2)), s2);
      t2 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 2)), t2);
      t2 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 2)), t2);
      t2 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 2)), t2);
      t2 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 2)), t2);
      t2 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 2)), t2);
      t2 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 2)), t2);
      t2 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 2)), t2);
      t2 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 2)), t2);
      s3 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 3)), s3);
      s3 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 3)), s3);
      s3 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 3)), s3);
      s3 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 3)), s3);
      s3 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 3)), s3);
      s3 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 3)), s3);
      s3 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 3)), s3);
      s3 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 3)), s3);
      t3 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 3)), t3);
      t3 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 3)), t3);
      t3 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 3)), t3);
      t3 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 3)), t3);
      t3 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 3)), t3);
      t3 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 3)), t3);
      t3 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 3)), t3);
      t3 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 3)), t3);
      s4 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 4)), s4);
      s4 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 4)), s4);
      s4 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 4)), s4);
      s4 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 4)), s4);
      s4 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 4)), s4);
      s4 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 4)), s4);
      s4 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 4)), s4);
      s4 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 4)), s4);
      t4 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 4)), t4);
      t4 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 4)), t4);
      t4 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 4)), t4);
      t4 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 4)), t4);
      t4 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 4)), t4);
      t4 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 4)), t4);
      t4 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 4)), t4);
      t4 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 4)), t4);
      s5 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 5)), s5);
      s5 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 5)), s5);
      s5 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 5)), s5);
      s5 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 5)), s5);
      s5 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 5)), s5);
      s5 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 5)), s5);
      s5 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 5)), s5);
      s5 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 5)), s5);
      t5 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 5)), t5);
      t5 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 5)), t5);
      t5 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 5)), t5);
      t5 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 5)), t5);
      t5 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 5)), t5);
      t5 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 5)), t5);
      t5 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 5)), t5);
      t5 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 5)), t5);
      s6 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 6)), s6);
      s6 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 6)), s6);
      s6 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 6)), s6);
      s6 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 6)), s6);
      s6 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 6)), s6);
      s6 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 6)), s6);
      s6 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 6)), s6);
      s6 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 6)), s6);
      t6 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 6)), t6);
      t6 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 6)), t6);
      t6 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 6)), t6);
      t6 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 6)), t6);
      t6 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 6)), t6);
      t6 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 6)), t6);
      t6 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 6)), t6);
      t6 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 6)), t6);
      s7 = fma(p0, vec4<f32>(subgroupBroadcast(g0, 7)), s7);
      s7 = fma(p1, vec4<f32>(subgroupBroadcast(g1, 7)), s7);
      s7 = fma(p2, vec4<f32>(subgroupBroadcast(g2, 7)), s7);
      s7 = fma(p3, vec4<f32>(subgroupBroadcast(g3, 7)), s7);
      s7 = fma(p4, vec4<f32>(subgroupBroadcast(g4, 7)), s7);
      s7 = fma(p5, vec4<f32>(subgroupBroadcast(g5, 7)), s7);
      s7 = fma(p6, vec4<f32>(subgroupBroadcast(g6, 7)), s7);
      s7 = fma(p7, vec4<f32>(subgroupBroadcast(g7, 7)), s7);
      t7 = fma(q0, vec4<f32>(subgroupBroadcast(g0, 7)), t7);
      t7 = fma(q1, vec4<f32>(subgroupBroadcast(g1, 7)), t7);
      t7 = fma(q2, vec4<f32>(subgroupBroadcast(g2, 7)), t7);
      t7 = fma(q3, vec4<f32>(subgroupBroadcast(g3, 7)), t7);
      t7 = fma(q4, vec4<f32>(subgroupBroadcast(g4, 7)), t7);
      t7 = fma(q5, vec4<f32>(subgroupBroadcast(g5, 7)), t7);
      t7 = fma(q6, vec4<f32>(subgroupBroadcast(g6, 7)), t7);
      t7 = fma(q7, vec4<f32>(subgroupBroadcast(g7, 7)), t7);
    }
  }
  let start = (group.z * params.kernel * params.kernel + tap) * params.channels;
  let c = bit + first * 32;
  write(start, c.x, n, params.scale * vec4<f32>(s0.x, s1.x, s2.x, s3.x), params.scale * vec4<f32>(s4.x, s5.x, s6.x, s7.x));
  write(start, c.y, n, params.scale * vec4<f32>(s0.y, s1.y, s2.y, s3.y), params.scale * vec4<f32>(s4.y, s5.y, s6.y, s7.y));
  write(start, c.z, n, params.scale * vec4<f32>(s0.z, s1.z, s2.z, s3.z), params.scale * vec4<f32>(s4.z, s5.z, s6.z, s7.z));
  write(start, c.w, n, params.scale * vec4<f32>(s0.w, s1.w, s2.w, s3.w), params.scale * vec4<f32>(s4.w, s5.w, s6.w, s7.w));
  write(start, c.x + 32, n, params.scale * vec4<f32>(t0.x, t1.x, t2.x, t3.x), params.scale * vec4<f32>(t4.x, t5.x, t6.x, t7.x));
  write(start, c.y + 32, n, params.scale * vec4<f32>(t0.y, t1.y, t2.y, t3.y), params.scale * vec4<f32>(t4.y, t5.y, t6.y, t7.y));
  write(start, c.z + 32, n, params.scale * vec4<f32>(t0.z, t1.z, t2.z, t3.z), params.scale * vec4<f32>(t4.z, t5.z, t6.z, t7.z));
  write(start, c.w + 32, n, params.scale * vec4<f32>(t0.w, t1.w, t2.w, t3.w), params.scale * vec4<f32>(t4.w, t5.w, t6.w, t7.w));
}
