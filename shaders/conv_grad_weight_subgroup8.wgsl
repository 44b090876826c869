enable subgroups;
// include: conv
// parts[p][tap * channels + c][n] = scale * sum_m x(i, c) * g[m][n]  (f32): conv_grad_weight_block in other words, for lavapipe.
// x, mask: [input rows][words] u32; g: [rows][outputs] f32. MASKED: absent inputs count as 0; else mask is bound but not read.
// The plan of grad_weight_subgroup8: lane l owns channels 4l .. 4l + 3 of two words, of one tap or of two, for 8 consecutive outputs, and
// takes 8 positions of an output line at a time, one a lane, spread by subgroupBroadcast. Positions whose tap lies outside
// the picture, and those beyond the line, count with g = 0, which changes no sum.
// 2026-11-23, llvmpipe (Mesa 25.0.7, 256 bits, 2 cores, time of its threads): 8 images, 128 channels at 32 x 32 to 512 at 8 x 8, at 81 to
// 86 GFLOP/s; four words instead of two 74 to 78, a loop over lines with one over positions inside 79 down to 46.
// 2026-11-25: with two taps of 32 channels a thread does 36 GFLOP/s instead of 22.
// dispatch: x = ceil(kernel * kernel * words / 2), y = ceil(outputs / 8), z = ceil(images * out_height / lines)
// split: images of x, mask, g; whole lines; from first_part
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

// acc + the products of eight positions' gradients with their inputs, in order.
fn eight(acc: vec4<f32>, low: vec4<u32>, high: vec4<u32>, i0: Inputs, i1: Inputs, i2: Inputs, i3: Inputs,
         i4: Inputs, i5: Inputs, i6: Inputs, i7: Inputs) -> vec4<f32> {
  var sum = acc;
  sum += product(i0, low.x);
  sum += product(i1, low.y);
  sum += product(i2, low.z);
  sum += product(i3, low.w);
  sum += product(i4, high.x);
  sum += product(i5, high.y);
  sum += product(i6, high.z);
  sum += product(i7, high.w);
  return sum;
}

fn presence(at: u32) -> u32 {
  if (!MASKED) { return 0; }
  return mask[at];
}

// A word of the inputs at one tap.
struct Unit {
  tap: u32,
  ky: u32,
  kx: u32,
  word: u32,
}

fn unit_of(index: u32) -> Unit {
  let tap = index / params.words;
  return Unit(tap, tap / params.kernel, tap % params.kernel, index % params.words);
}

// The word that a lane's position has at the unit's tap, and all bits where it counts.
struct Input {
  at: u32,
  counts: u32,
}

fn input_of(unit: Unit, place: vec3<u32>, lane: u32) -> Input {
  let source = input_row(vec3<u32>(place.xy, place.z + lane), unit.ky, unit.kx);
  let inside = source != OUTSIDE && place.z + lane < params.out_width;
  return Input(unit.word + select(0u, source * params.words, inside), select(0u, 0xffffffffu, inside));
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

// Writes what a unit's lane owns: four channels of eight outputs.
fn finish(unit: Unit, part: u32, bit: vec4<u32>, n: u32, s0: vec4<f32>, s1: vec4<f32>, s2: vec4<f32>, s3: vec4<f32>,
          s4: vec4<f32>, s5: vec4<f32>, s6: vec4<f32>, s7: vec4<f32>) {
  let first = (part * params.kernel * params.kernel + unit.tap) * params.channels;
  let c = bit + unit.word * 32;
  write(first, c.x, n, vec4<f32>(s0.x, s1.x, s2.x, s3.x), vec4<f32>(s4.x, s5.x, s6.x, s7.x));
  write(first, c.y, n, vec4<f32>(s0.y, s1.y, s2.y, s3.y), vec4<f32>(s4.y, s5.y, s6.y, s7.y));
  write(first, c.z, n, vec4<f32>(s0.z, s1.z, s2.z, s3.z), vec4<f32>(s4.z, s5.z, s6.z, s7.z));
  write(first, c.w, n, vec4<f32>(s0.w, s1.w, s2.w, s3.w), vec4<f32>(s4.w, s5.w, s6.w, s7.w));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let unit0 = unit_of(group.x * 2);
  let unit1 = unit_of(min(group.x * 2 + 1, params.kernel * params.kernel * params.words - 1));
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
    let input0 = input_of(unit0, place, lane);
    let input1 = input_of(unit1, place, lane);
    let row = line * params.out_width + ox;
    let last = params.out_width - 1 - ox;
    let x0 = x[input0.at];
    let m0 = presence(input0.at);
    let x1 = x[input1.at];
    let m1 = presence(input1.at);
    let g0 = bitcast<u32>(g[(row + min(0u, last)) * params.outputs + column]);
    let g1 = bitcast<u32>(g[(row + min(1u, last)) * params.outputs + column]);
    let g2 = bitcast<u32>(g[(row + min(2u, last)) * params.outputs + column]);
    let g3 = bitcast<u32>(g[(row + min(3u, last)) * params.outputs + column]);
    let g4 = bitcast<u32>(g[(row + min(4u, last)) * params.outputs + column]);
    let g5 = bitcast<u32>(g[(row + min(5u, last)) * params.outputs + column]);
    let g6 = bitcast<u32>(g[(row + min(6u, last)) * params.outputs + column]);
    let g7 = bitcast<u32>(g[(row + min(7u, last)) * params.outputs + column]);
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
    let low_counts0 = vec4<u32>(subgroupBroadcast(input0.counts, 0), subgroupBroadcast(input0.counts, 1), subgroupBroadcast(input0.counts, 2), subgroupBroadcast(input0.counts, 3));
    let high_counts0 = vec4<u32>(subgroupBroadcast(input0.counts, 4), subgroupBroadcast(input0.counts, 5), subgroupBroadcast(input0.counts, 6), subgroupBroadcast(input0.counts, 7));
    let low_counts1 = vec4<u32>(subgroupBroadcast(input1.counts, 0), subgroupBroadcast(input1.counts, 1), subgroupBroadcast(input1.counts, 2), subgroupBroadcast(input1.counts, 3));
    let high_counts1 = vec4<u32>(subgroupBroadcast(input1.counts, 4), subgroupBroadcast(input1.counts, 5), subgroupBroadcast(input1.counts, 6), subgroupBroadcast(input1.counts, 7));
    let low0 = vec4<u32>(subgroupBroadcast(g0, 0), subgroupBroadcast(g1, 0), subgroupBroadcast(g2, 0), subgroupBroadcast(g3, 0));
    let high0 = vec4<u32>(subgroupBroadcast(g4, 0), subgroupBroadcast(g5, 0), subgroupBroadcast(g6, 0), subgroupBroadcast(g7, 0));
    s0 = eight(s0, low0 & low_counts0, high0 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t0 = eight(t0, low0 & low_counts1, high0 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low1 = vec4<u32>(subgroupBroadcast(g0, 1), subgroupBroadcast(g1, 1), subgroupBroadcast(g2, 1), subgroupBroadcast(g3, 1));
    let high1 = vec4<u32>(subgroupBroadcast(g4, 1), subgroupBroadcast(g5, 1), subgroupBroadcast(g6, 1), subgroupBroadcast(g7, 1));
    s1 = eight(s1, low1 & low_counts0, high1 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t1 = eight(t1, low1 & low_counts1, high1 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low2 = vec4<u32>(subgroupBroadcast(g0, 2), subgroupBroadcast(g1, 2), subgroupBroadcast(g2, 2), subgroupBroadcast(g3, 2));
    let high2 = vec4<u32>(subgroupBroadcast(g4, 2), subgroupBroadcast(g5, 2), subgroupBroadcast(g6, 2), subgroupBroadcast(g7, 2));
    s2 = eight(s2, low2 & low_counts0, high2 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t2 = eight(t2, low2 & low_counts1, high2 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low3 = vec4<u32>(subgroupBroadcast(g0, 3), subgroupBroadcast(g1, 3), subgroupBroadcast(g2, 3), subgroupBroadcast(g3, 3));
    let high3 = vec4<u32>(subgroupBroadcast(g4, 3), subgroupBroadcast(g5, 3), subgroupBroadcast(g6, 3), subgroupBroadcast(g7, 3));
    s3 = eight(s3, low3 & low_counts0, high3 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t3 = eight(t3, low3 & low_counts1, high3 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low4 = vec4<u32>(subgroupBroadcast(g0, 4), subgroupBroadcast(g1, 4), subgroupBroadcast(g2, 4), subgroupBroadcast(g3, 4));
    let high4 = vec4<u32>(subgroupBroadcast(g4, 4), subgroupBroadcast(g5, 4), subgroupBroadcast(g6, 4), subgroupBroadcast(g7, 4));
    s4 = eight(s4, low4 & low_counts0, high4 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t4 = eight(t4, low4 & low_counts1, high4 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low5 = vec4<u32>(subgroupBroadcast(g0, 5), subgroupBroadcast(g1, 5), subgroupBroadcast(g2, 5), subgroupBroadcast(g3, 5));
    let high5 = vec4<u32>(subgroupBroadcast(g4, 5), subgroupBroadcast(g5, 5), subgroupBroadcast(g6, 5), subgroupBroadcast(g7, 5));
    s5 = eight(s5, low5 & low_counts0, high5 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t5 = eight(t5, low5 & low_counts1, high5 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low6 = vec4<u32>(subgroupBroadcast(g0, 6), subgroupBroadcast(g1, 6), subgroupBroadcast(g2, 6), subgroupBroadcast(g3, 6));
    let high6 = vec4<u32>(subgroupBroadcast(g4, 6), subgroupBroadcast(g5, 6), subgroupBroadcast(g6, 6), subgroupBroadcast(g7, 6));
    s6 = eight(s6, low6 & low_counts0, high6 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t6 = eight(t6, low6 & low_counts1, high6 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let low7 = vec4<u32>(subgroupBroadcast(g0, 7), subgroupBroadcast(g1, 7), subgroupBroadcast(g2, 7), subgroupBroadcast(g3, 7));
    let high7 = vec4<u32>(subgroupBroadcast(g4, 7), subgroupBroadcast(g5, 7), subgroupBroadcast(g6, 7), subgroupBroadcast(g7, 7));
    s7 = eight(s7, low7 & low_counts0, high7 & high_counts0, p0, p1, p2, p3, p4, p5, p6, p7);
    t7 = eight(t7, low7 & low_counts1, high7 & high_counts1, q0, q1, q2, q3, q4, q5, q6, q7);
    let wraps = ox + 8 >= params.out_width;
    let turns = wraps && place.y + 1 == params.out_height;
    line += u32(wraps);
    place = vec3<u32>(place.x + u32(turns), select(place.y + u32(wraps), 0u, turns), select(ox + 8, 0u, wraps));
  }
  finish(unit0, params.first_part + group.z, bit, n, s0, s1, s2, s3, s4, s5, s6, s7);
  if (group.x * 2 + 1 < params.kernel * params.kernel * params.words) { finish(unit1, params.first_part + group.z, bit, n, t0, t1, t2, t3, t4, t5, t6, t7); }
}
