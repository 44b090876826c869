enable subgroups;
// include: conv
// parts[p][tap * channels + c][n] = scale * sum_m x(i, c) * g[m][n]  (f32): conv_grad_weight_block in other words, for lavapipe.
// x, mask: [input rows][words] u32; g: [rows][outputs] f32. MASKED: absent inputs count as 0; else mask is bound but not read.
// The plan of grad_weight_subgroup8: lane l owns channels 4l .. 4l + 3 of two words at one tap, for 8 consecutive outputs, and takes 8
// positions of an output line at a time, one a lane, spread by subgroupBroadcast. Positions whose tap lies outside the
// picture, and those beyond the line, count with g = 0, which changes no sum.
// 2026-11-23, llvmpipe (Mesa 25.0.7, 256 bits, 2 cores, time of its threads): 8 images, 128 channels at 32 x 32 to 512 at 8 x 8, at 81 to
// 86 GFLOP/s; four words instead of two 74 to 78, a loop over lines with one over positions inside 79 down to 46.
// dispatch: x = kernel * kernel * ceil(words / 2), y = ceil(outputs / 8), z = ceil(images * out_height / lines)
// requires: subgroups 8

override MASKED: bool = false;

@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;

// What turns a gradient into its product with four of a word's inputs: flip its sign, and keep it or not.
struct Inputs {
  flips: vec4<u32>,
  keeps: vec4<u32>,
}

fn inputs_of(word: u32, present: u32, shift: vec4<u32>) -> Inputs {
  let flips = (vec4<u32>(~word) << shift) & vec4<u32>(0x80000000u);
  if (!MASKED) { return Inputs(flips, vec4<u32>()); }
  return Inputs(flips, vec4<u32>(0) - ((vec4<u32>(present) >> (vec4<u32>(31) - shift)) & vec4<u32>(1)));
}

fn product(inputs: Inputs, gradient: u32) -> vec4<f32> {
  if (!MASKED) { return bitcast<vec4<f32>>(vec4<u32>(gradient) ^ inputs.flips); }
  return bitcast<vec4<f32>>((vec4<u32>(gradient) ^ inputs.flips) & inputs.keeps);
}

fn presence(at: u32) -> u32 {
  if (!MASKED) { return 0; }
  return mask[at];
}

// The eight outputs of one input.
fn write(first: u32, c: u32, n: u32, low: vec4<f32>, high: vec4<f32>) {
  if (c >= params.channels) { return; }
  let base = (first + c) * params.outputs + n;
  let count = params.outputs - n;
  parts[base] = params.scale * low.x;
  if (count > 1) { parts[base + 1] = params.scale * low.y; }
  if (count > 2) { parts[base + 2] = params.scale * low.z; }
  if (count > 3) { parts[base + 3] = params.scale * low.w; }
  if (count > 4) { parts[base + 4] = params.scale * high.x; }
  if (count > 5) { parts[base + 5] = params.scale * high.y; }
  if (count > 6) { parts[base + 6] = params.scale * high.z; }
  if (count > 7) { parts[base + 7] = params.scale * high.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let pairs = (params.words + 1) / 2;
  let tap = group.x / pairs;
  let first = group.x % pairs * 2;
  let word = min(vec2<u32>(first, first + 1), vec2<u32>(params.words - 1));
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  let bit = vec4<u32>(lane * 4) + vec4<u32>(0, 1, 2, 3);
  let shift = vec4<u32>(31) - bit;
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
  let begin = group.z * params.lines;
  let end = min(begin + params.lines, params.images * params.out_height);
  var line = begin;
  var place = output_place(begin * params.out_width);
  // One loop with no branch in it: every branch costs a masked copy of all accumulators.
  while (line < end) {
    let ox = place.z;
    let source = input_row(vec3<u32>(place.xy, ox + lane), ky, kx);
    let inside = source != OUTSIDE && ox + lane < params.out_width;
    let at = word + select(0u, source * params.words, inside);
    let counts = select(0u, 0xffffffffu, inside);
    let row = line * params.out_width + ox;
    let last = params.out_width - 1 - ox;
    let x0 = x[at.x];
    let m0 = presence(at.x);
    let x1 = x[at.y];
    let m1 = presence(at.y);
    let g0 = bitcast<u32>(g[(row + min(0u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 0);
    let g1 = bitcast<u32>(g[(row + min(1u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 1);
    let g2 = bitcast<u32>(g[(row + min(2u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 2);
    let g3 = bitcast<u32>(g[(row + min(3u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 3);
    let g4 = bitcast<u32>(g[(row + min(4u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 4);
    let g5 = bitcast<u32>(g[(row + min(5u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 5);
    let g6 = bitcast<u32>(g[(row + min(6u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 6);
    let g7 = bitcast<u32>(g[(row + min(7u, last)) * params.outputs + column]) & subgroupBroadcast(counts, 7);
    let p0 = inputs_of(subgroupBroadcast(x0, 0), subgroupBroadcast(m0, 0), shift);
    let p1 = inputs_of(subgroupBroadcast(x0, 1), subgroupBroadcast(m0, 1), shift);
    let p2 = inputs_of(subgroupBroadcast(x0, 2), subgroupBroadcast(m0, 2), shift);
    let p3 = inputs_of(subgroupBroadcast(x0, 3), subgroupBroadcast(m0, 3), shift);
    let p4 = inputs_of(subgroupBroadcast(x0, 4), subgroupBroadcast(m0, 4), shift);
    let p5 = inputs_of(subgroupBroadcast(x0, 5), subgroupBroadcast(m0, 5), shift);
    let p6 = inputs_of(subgroupBroadcast(x0, 6), subgroupBroadcast(m0, 6), shift);
    let p7 = inputs_of(subgroupBroadcast(x0, 7), subgroupBroadcast(m0, 7), shift);
    let q0 = inputs_of(subgroupBroadcast(x1, 0), subgroupBroadcast(m1, 0), shift);
    let q1 = inputs_of(subgroupBroadcast(x1, 1), subgroupBroadcast(m1, 1), shift);
    let q2 = inputs_of(subgroupBroadcast(x1, 2), subgroupBroadcast(m1, 2), shift);
    let q3 = inputs_of(subgroupBroadcast(x1, 3), subgroupBroadcast(m1, 3), shift);
    let q4 = inputs_of(subgroupBroadcast(x1, 4), subgroupBroadcast(m1, 4), shift);
    let q5 = inputs_of(subgroupBroadcast(x1, 5), subgroupBroadcast(m1, 5), shift);
    let q6 = inputs_of(subgroupBroadcast(x1, 6), subgroupBroadcast(m1, 6), shift);
    let q7 = inputs_of(subgroupBroadcast(x1, 7), subgroupBroadcast(m1, 7), shift);
    let g00 = subgroupBroadcast(g0, 0);
    let g10 = subgroupBroadcast(g1, 0);
    let g20 = subgroupBroadcast(g2, 0);
    let g30 = subgroupBroadcast(g3, 0);
    let g40 = subgroupBroadcast(g4, 0);
    let g50 = subgroupBroadcast(g5, 0);
    let g60 = subgroupBroadcast(g6, 0);
    let g70 = subgroupBroadcast(g7, 0);
    s0 += product(p0, g00);
    s0 += product(p1, g10);
    s0 += product(p2, g20);
    s0 += product(p3, g30);
    s0 += product(p4, g40);
    s0 += product(p5, g50);
    s0 += product(p6, g60);
    s0 += product(p7, g70);
    t0 += product(q0, g00);
    t0 += product(q1, g10);
    t0 += product(q2, g20);
    t0 += product(q3, g30);
    t0 += product(q4, g40);
    t0 += product(q5, g50);
    t0 += product(q6, g60);
    t0 += product(q7, g70);
    let g01 = subgroupBroadcast(g0, 1);
    let g11 = subgroupBroadcast(g1, 1);
    let g21 = subgroupBroadcast(g2, 1);
    let g31 = subgroupBroadcast(g3, 1);
    let g41 = subgroupBroadcast(g4, 1);
    let g51 = subgroupBroadcast(g5, 1);
    let g61 = subgroupBroadcast(g6, 1);
    let g71 = subgroupBroadcast(g7, 1);
    s1 += product(p0, g01);
    s1 += product(p1, g11);
    s1 += product(p2, g21);
    s1 += product(p3, g31);
    s1 += product(p4, g41);
    s1 += product(p5, g51);
    s1 += product(p6, g61);
    s1 += product(p7, g71);
    t1 += product(q0, g01);
    t1 += product(q1, g11);
    t1 += product(q2, g21);
    t1 += product(q3, g31);
    t1 += product(q4, g41);
    t1 += product(q5, g51);
    t1 += product(q6, g61);
    t1 += product(q7, g71);
    let g02 = subgroupBroadcast(g0, 2);
    let g12 = subgroupBroadcast(g1, 2);
    let g22 = subgroupBroadcast(g2, 2);
    let g32 = subgroupBroadcast(g3, 2);
    let g42 = subgroupBroadcast(g4, 2);
    let g52 = subgroupBroadcast(g5, 2);
    let g62 = subgroupBroadcast(g6, 2);
    let g72 = subgroupBroadcast(g7, 2);
    s2 += product(p0, g02);
    s2 += product(p1, g12);
    s2 += product(p2, g22);
    s2 += product(p3, g32);
    s2 += product(p4, g42);
    s2 += product(p5, g52);
    s2 += product(p6, g62);
    s2 += product(p7, g72);
    t2 += product(q0, g02);
    t2 += product(q1, g12);
    t2 += product(q2, g22);
    t2 += product(q3, g32);
    t2 += product(q4, g42);
    t2 += product(q5, g52);
    t2 += product(q6, g62);
    t2 += product(q7, g72);
    let g03 = subgroupBroadcast(g0, 3);
    let g13 = subgroupBroadcast(g1, 3);
    let g23 = subgroupBroadcast(g2, 3);
    let g33 = subgroupBroadcast(g3, 3);
    let g43 = subgroupBroadcast(g4, 3);
    let g53 = subgroupBroadcast(g5, 3);
    let g63 = subgroupBroadcast(g6, 3);
    let g73 = subgroupBroadcast(g7, 3);
    s3 += product(p0, g03);
    s3 += product(p1, g13);
    s3 += product(p2, g23);
    s3 += product(p3, g33);
    s3 += product(p4, g43);
    s3 += product(p5, g53);
    s3 += product(p6, g63);
    s3 += product(p7, g73);
    t3 += product(q0, g03);
    t3 += product(q1, g13);
    t3 += product(q2, g23);
    t3 += product(q3, g33);
    t3 += product(q4, g43);
    t3 += product(q5, g53);
    t3 += product(q6, g63);
    t3 += product(q7, g73);
    let g04 = subgroupBroadcast(g0, 4);
    let g14 = subgroupBroadcast(g1, 4);
    let g24 = subgroupBroadcast(g2, 4);
    let g34 = subgroupBroadcast(g3, 4);
    let g44 = subgroupBroadcast(g4, 4);
    let g54 = subgroupBroadcast(g5, 4);
    let g64 = subgroupBroadcast(g6, 4);
    let g74 = subgroupBroadcast(g7, 4);
    s4 += product(p0, g04);
    s4 += product(p1, g14);
    s4 += product(p2, g24);
    s4 += product(p3, g34);
    s4 += product(p4, g44);
    s4 += product(p5, g54);
    s4 += product(p6, g64);
    s4 += product(p7, g74);
    t4 += product(q0, g04);
    t4 += product(q1, g14);
    t4 += product(q2, g24);
    t4 += product(q3, g34);
    t4 += product(q4, g44);
    t4 += product(q5, g54);
    t4 += product(q6, g64);
    t4 += product(q7, g74);
    let g05 = subgroupBroadcast(g0, 5);
    let g15 = subgroupBroadcast(g1, 5);
    let g25 = subgroupBroadcast(g2, 5);
    let g35 = subgroupBroadcast(g3, 5);
    let g45 = subgroupBroadcast(g4, 5);
    let g55 = subgroupBroadcast(g5, 5);
    let g65 = subgroupBroadcast(g6, 5);
    let g75 = subgroupBroadcast(g7, 5);
    s5 += product(p0, g05);
    s5 += product(p1, g15);
    s5 += product(p2, g25);
    s5 += product(p3, g35);
    s5 += product(p4, g45);
    s5 += product(p5, g55);
    s5 += product(p6, g65);
    s5 += product(p7, g75);
    t5 += product(q0, g05);
    t5 += product(q1, g15);
    t5 += product(q2, g25);
    t5 += product(q3, g35);
    t5 += product(q4, g45);
    t5 += product(q5, g55);
    t5 += product(q6, g65);
    t5 += product(q7, g75);
    let g06 = subgroupBroadcast(g0, 6);
    let g16 = subgroupBroadcast(g1, 6);
    let g26 = subgroupBroadcast(g2, 6);
    let g36 = subgroupBroadcast(g3, 6);
    let g46 = subgroupBroadcast(g4, 6);
    let g56 = subgroupBroadcast(g5, 6);
    let g66 = subgroupBroadcast(g6, 6);
    let g76 = subgroupBroadcast(g7, 6);
    s6 += product(p0, g06);
    s6 += product(p1, g16);
    s6 += product(p2, g26);
    s6 += product(p3, g36);
    s6 += product(p4, g46);
    s6 += product(p5, g56);
    s6 += product(p6, g66);
    s6 += product(p7, g76);
    t6 += product(q0, g06);
    t6 += product(q1, g16);
    t6 += product(q2, g26);
    t6 += product(q3, g36);
    t6 += product(q4, g46);
    t6 += product(q5, g56);
    t6 += product(q6, g66);
    t6 += product(q7, g76);
    let g07 = subgroupBroadcast(g0, 7);
    let g17 = subgroupBroadcast(g1, 7);
    let g27 = subgroupBroadcast(g2, 7);
    let g37 = subgroupBroadcast(g3, 7);
    let g47 = subgroupBroadcast(g4, 7);
    let g57 = subgroupBroadcast(g5, 7);
    let g67 = subgroupBroadcast(g6, 7);
    let g77 = subgroupBroadcast(g7, 7);
    s7 += product(p0, g07);
    s7 += product(p1, g17);
    s7 += product(p2, g27);
    s7 += product(p3, g37);
    s7 += product(p4, g47);
    s7 += product(p5, g57);
    s7 += product(p6, g67);
    s7 += product(p7, g77);
    t7 += product(q0, g07);
    t7 += product(q1, g17);
    t7 += product(q2, g27);
    t7 += product(q3, g37);
    t7 += product(q4, g47);
    t7 += product(q5, g57);
    t7 += product(q6, g67);
    t7 += product(q7, g77);
    let wraps = ox + 8 >= params.out_width;
    let turns = wraps && place.y + 1 == params.out_height;
    line += u32(wraps);
    place = vec3<u32>(place.x + u32(turns), select(place.y + u32(wraps), 0u, turns), select(ox + 8, 0u, wraps));
  }
  let start = (group.z * params.kernel * params.kernel + tap) * params.channels;
  let c = bit + first * 32;
  write(start, c.x, n, vec4<f32>(s0.x, s1.x, s2.x, s3.x), vec4<f32>(s4.x, s5.x, s6.x, s7.x));
  write(start, c.y, n, vec4<f32>(s0.y, s1.y, s2.y, s3.y), vec4<f32>(s4.y, s5.y, s6.y, s7.y));
  write(start, c.z, n, vec4<f32>(s0.z, s1.z, s2.z, s3.z), vec4<f32>(s4.z, s5.z, s6.z, s7.z));
  write(start, c.w, n, vec4<f32>(s0.w, s1.w, s2.w, s3.w), vec4<f32>(s4.w, s5.w, s6.w, s7.w));
  write(start, c.x + 32, n, vec4<f32>(t0.x, t1.x, t2.x, t3.x), vec4<f32>(t4.x, t5.x, t6.x, t7.x));
  write(start, c.y + 32, n, vec4<f32>(t0.y, t1.y, t2.y, t3.y), vec4<f32>(t4.y, t5.y, t6.y, t7.y));
  write(start, c.z + 32, n, vec4<f32>(t0.z, t1.z, t2.z, t3.z), vec4<f32>(t4.z, t5.z, t6.z, t7.z));
  write(start, c.w + 32, n, vec4<f32>(t0.w, t1.w, t2.w, t3.w), vec4<f32>(t4.w, t5.w, t6.w, t7.w));
}
