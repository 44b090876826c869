enable subgroups;
// include: conv
// parts[p][tap * channels + c][n] = scale * sum_m x(i, c) * g[m][n]  (f32): conv_grad_weight_block in other words, for lavapipe.
// x, mask: [input rows][words] u32; g: [rows][outputs] f32. MASKED: absent inputs count as 0; else mask is bound but not read.
// The plan of grad_weight_subgroup8: lane l owns channels 4l .. 4l + 3 of four words at one tap, for 8 consecutive outputs, and takes 8
// positions of an output line at a time, one a lane, spread by subgroupBroadcast. Positions whose tap lies outside the
// picture, and those beyond the line, count with g = 0, which changes no sum.
// 2026-11-23, llvmpipe (Mesa 25.0.7, 256 bits, 2 cores, time of its threads): 8 images, 128 channels at 32 x 32 at 76 GFLOP/s, 256 at
// 16 x 16 at 64, 512 at 8 x 8 at 46 (lines of g a power of two apart share cache sets); with two words 69, 59 and 44.
// dispatch: x = kernel * kernel * ceil(words / 4), y = ceil(outputs / 8), z = ceil(images * out_height / lines)
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
  let groups = (params.words + 3) / 4;
  let tap = group.x / groups;
  let first = group.x % groups * 4;
  let word = min(vec4<u32>(first) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.words - 1));
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  let bit = vec4<u32>(lane * 4) + vec4<u32>(0, 1, 2, 3);
  let shift = vec4<u32>(31) - bit;
  let n = group.y * 8;
  let column = min(n + lane, params.outputs - 1);
  var s0 = vec4<f32>();
  var t0 = vec4<f32>();
  var u0 = vec4<f32>();
  var v0 = vec4<f32>();
  var s1 = vec4<f32>();
  var t1 = vec4<f32>();
  var u1 = vec4<f32>();
  var v1 = vec4<f32>();
  var s2 = vec4<f32>();
  var t2 = vec4<f32>();
  var u2 = vec4<f32>();
  var v2 = vec4<f32>();
  var s3 = vec4<f32>();
  var t3 = vec4<f32>();
  var u3 = vec4<f32>();
  var v3 = vec4<f32>();
  var s4 = vec4<f32>();
  var t4 = vec4<f32>();
  var u4 = vec4<f32>();
  var v4 = vec4<f32>();
  var s5 = vec4<f32>();
  var t5 = vec4<f32>();
  var u5 = vec4<f32>();
  var v5 = vec4<f32>();
  var s6 = vec4<f32>();
  var t6 = vec4<f32>();
  var u6 = vec4<f32>();
  var v6 = vec4<f32>();
  var s7 = vec4<f32>();
  var t7 = vec4<f32>();
  var u7 = vec4<f32>();
  var v7 = vec4<f32>();
  let end = min((group.z + 1) * params.lines, params.images * params.out_height);
  for (var line = group.z * params.lines; line < end; line++) {
    let image = line / params.out_height;
    let oy = line % params.out_height;
    for (var ox = 0u; ox < params.out_width; ox += 8) {
      let source = input_row(vec3<u32>(image, oy, ox + lane), ky, kx);
      let inside = source != OUTSIDE && ox + lane < params.out_width;
      let at = word + select(0u, source * params.words, inside);
      let counts = select(0u, 0xffffffffu, inside);
      let row = line * params.out_width + ox;
      let last = params.out_width - 1 - ox;
      let x0 = x[at.x];
      let m0 = presence(at.x);
      let x1 = x[at.y];
      let m1 = presence(at.y);
      let x2 = x[at.z];
      let m2 = presence(at.z);
      let x3 = x[at.w];
      let m3 = presence(at.w);
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
      let a0 = inputs_of(subgroupBroadcast(x2, 0), subgroupBroadcast(m2, 0), shift);
      let a1 = inputs_of(subgroupBroadcast(x2, 1), subgroupBroadcast(m2, 1), shift);
      let a2 = inputs_of(subgroupBroadcast(x2, 2), subgroupBroadcast(m2, 2), shift);
      let a3 = inputs_of(subgroupBroadcast(x2, 3), subgroupBroadcast(m2, 3), shift);
      let a4 = inputs_of(subgroupBroadcast(x2, 4), subgroupBroadcast(m2, 4), shift);
      let a5 = inputs_of(subgroupBroadcast(x2, 5), subgroupBroadcast(m2, 5), shift);
      let a6 = inputs_of(subgroupBroadcast(x2, 6), subgroupBroadcast(m2, 6), shift);
      let a7 = inputs_of(subgroupBroadcast(x2, 7), subgroupBroadcast(m2, 7), shift);
      let b0 = inputs_of(subgroupBroadcast(x3, 0), subgroupBroadcast(m3, 0), shift);
      let b1 = inputs_of(subgroupBroadcast(x3, 1), subgroupBroadcast(m3, 1), shift);
      let b2 = inputs_of(subgroupBroadcast(x3, 2), subgroupBroadcast(m3, 2), shift);
      let b3 = inputs_of(subgroupBroadcast(x3, 3), subgroupBroadcast(m3, 3), shift);
      let b4 = inputs_of(subgroupBroadcast(x3, 4), subgroupBroadcast(m3, 4), shift);
      let b5 = inputs_of(subgroupBroadcast(x3, 5), subgroupBroadcast(m3, 5), shift);
      let b6 = inputs_of(subgroupBroadcast(x3, 6), subgroupBroadcast(m3, 6), shift);
      let b7 = inputs_of(subgroupBroadcast(x3, 7), subgroupBroadcast(m3, 7), shift);
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
      u0 += product(a0, g00);
      u0 += product(a1, g10);
      u0 += product(a2, g20);
      u0 += product(a3, g30);
      u0 += product(a4, g40);
      u0 += product(a5, g50);
      u0 += product(a6, g60);
      u0 += product(a7, g70);
      v0 += product(b0, g00);
      v0 += product(b1, g10);
      v0 += product(b2, g20);
      v0 += product(b3, g30);
      v0 += product(b4, g40);
      v0 += product(b5, g50);
      v0 += product(b6, g60);
      v0 += product(b7, g70);
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
      u1 += product(a0, g01);
      u1 += product(a1, g11);
      u1 += product(a2, g21);
      u1 += product(a3, g31);
      u1 += product(a4, g41);
      u1 += product(a5, g51);
      u1 += product(a6, g61);
      u1 += product(a7, g71);
      v1 += product(b0, g01);
      v1 += product(b1, g11);
      v1 += product(b2, g21);
      v1 += product(b3, g31);
      v1 += product(b4, g41);
      v1 += product(b5, g51);
      v1 += product(b6, g61);
      v1 += product(b7, g71);
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
      u2 += product(a0, g02);
      u2 += product(a1, g12);
      u2 += product(a2, g22);
      u2 += product(a3, g32);
      u2 += product(a4, g42);
      u2 += product(a5, g52);
      u2 += product(a6, g62);
      u2 += product(a7, g72);
      v2 += product(b0, g02);
      v2 += product(b1, g12);
      v2 += product(b2, g22);
      v2 += product(b3, g32);
      v2 += product(b4, g42);
      v2 += product(b5, g52);
      v2 += product(b6, g62);
      v2 += product(b7, g72);
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
      u3 += product(a0, g03);
      u3 += product(a1, g13);
      u3 += product(a2, g23);
      u3 += product(a3, g33);
      u3 += product(a4, g43);
      u3 += product(a5, g53);
      u3 += product(a6, g63);
      u3 += product(a7, g73);
      v3 += product(b0, g03);
      v3 += product(b1, g13);
      v3 += product(b2, g23);
      v3 += product(b3, g33);
      v3 += product(b4, g43);
      v3 += product(b5, g53);
      v3 += product(b6, g63);
      v3 += product(b7, g73);
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
      u4 += product(a0, g04);
      u4 += product(a1, g14);
      u4 += product(a2, g24);
      u4 += product(a3, g34);
      u4 += product(a4, g44);
      u4 += product(a5, g54);
      u4 += product(a6, g64);
      u4 += product(a7, g74);
      v4 += product(b0, g04);
      v4 += product(b1, g14);
      v4 += product(b2, g24);
      v4 += product(b3, g34);
      v4 += product(b4, g44);
      v4 += product(b5, g54);
      v4 += product(b6, g64);
      v4 += product(b7, g74);
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
      u5 += product(a0, g05);
      u5 += product(a1, g15);
      u5 += product(a2, g25);
      u5 += product(a3, g35);
      u5 += product(a4, g45);
      u5 += product(a5, g55);
      u5 += product(a6, g65);
      u5 += product(a7, g75);
      v5 += product(b0, g05);
      v5 += product(b1, g15);
      v5 += product(b2, g25);
      v5 += product(b3, g35);
      v5 += product(b4, g45);
      v5 += product(b5, g55);
      v5 += product(b6, g65);
      v5 += product(b7, g75);
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
      u6 += product(a0, g06);
      u6 += product(a1, g16);
      u6 += product(a2, g26);
      u6 += product(a3, g36);
      u6 += product(a4, g46);
      u6 += product(a5, g56);
      u6 += product(a6, g66);
      u6 += product(a7, g76);
      v6 += product(b0, g06);
      v6 += product(b1, g16);
      v6 += product(b2, g26);
      v6 += product(b3, g36);
      v6 += product(b4, g46);
      v6 += product(b5, g56);
      v6 += product(b6, g66);
      v6 += product(b7, g76);
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
      u7 += product(a0, g07);
      u7 += product(a1, g17);
      u7 += product(a2, g27);
      u7 += product(a3, g37);
      u7 += product(a4, g47);
      u7 += product(a5, g57);
      u7 += product(a6, g67);
      u7 += product(a7, g77);
      v7 += product(b0, g07);
      v7 += product(b1, g17);
      v7 += product(b2, g27);
      v7 += product(b3, g37);
      v7 += product(b4, g47);
      v7 += product(b5, g57);
      v7 += product(b6, g67);
      v7 += product(b7, g77);
    }
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
  write(start, c.x + 64, n, vec4<f32>(u0.x, u1.x, u2.x, u3.x), vec4<f32>(u4.x, u5.x, u6.x, u7.x));
  write(start, c.y + 64, n, vec4<f32>(u0.y, u1.y, u2.y, u3.y), vec4<f32>(u4.y, u5.y, u6.y, u7.y));
  write(start, c.z + 64, n, vec4<f32>(u0.z, u1.z, u2.z, u3.z), vec4<f32>(u4.z, u5.z, u6.z, u7.z));
  write(start, c.w + 64, n, vec4<f32>(u0.w, u1.w, u2.w, u3.w), vec4<f32>(u4.w, u5.w, u6.w, u7.w));
  write(start, c.x + 96, n, vec4<f32>(v0.x, v1.x, v2.x, v3.x), vec4<f32>(v4.x, v5.x, v6.x, v7.x));
  write(start, c.y + 96, n, vec4<f32>(v0.y, v1.y, v2.y, v3.y), vec4<f32>(v4.y, v5.y, v6.y, v7.y));
  write(start, c.z + 96, n, vec4<f32>(v0.z, v1.z, v2.z, v3.z), vec4<f32>(v4.z, v5.z, v6.z, v7.z));
  write(start, c.w + 96, n, vec4<f32>(v0.w, v1.w, v2.w, v3.w), vec4<f32>(v4.w, v5.w, v6.w, v7.w));
}
