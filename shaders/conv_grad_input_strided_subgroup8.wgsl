enable subgroups;
// include: conv
// dx[i][c] of conv_grad_input_block in other words, for lavapipe and convolutions of a stride above 1.
// g: [rows][outputs] f32; w: [taps][words][outputs] u32; dx: [input rows][channels] f32. One accumulator an output.
// The plan of grad_input_subgroup8: lane l owns bits 4l .. 4l + 3 of two words of w, for 8 input rows; each lane loads another
// filter's value, spread by subgroupBroadcast. A tap that meets no output of a row adds zeros to it.
// 2026-11-23, llvmpipe (Mesa 25.0.7, 256 bits, 2 cores, time of its threads): 8 images, 128 channels at 32 x 32 to 512 at 8 x 8, at 71 to
// 82 GFLOP/s; products with +-1.0 instead of flipped signs 64 to 79, four words instead of two 59 to 67.
// dispatch: x = ceil(words / 2), y = ceil(images * height * width / 8)
// split: images of g, dx
// requires: subgroups 8
// requires: stride at least 2

@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// acc + the eight lanes' values of v, each with its sign flipped where s0 .. s7 have the sign bit, in that order: the same bits as
// products with +-1.
fn eight(acc: vec4<f32>, v: f32, s0: vec4<u32>, s1: vec4<u32>, s2: vec4<u32>, s3: vec4<u32>,
         s4: vec4<u32>, s5: vec4<u32>, s6: vec4<u32>, s7: vec4<u32>) -> vec4<f32> {
  let bits = bitcast<u32>(v);
  var sum = acc;
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 0)) ^ s0);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 1)) ^ s1);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 2)) ^ s2);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 3)) ^ s3);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 4)) ^ s4);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 5)) ^ s5);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 6)) ^ s6);
  sum += bitcast<vec4<f32>>(vec4<u32>(subgroupBroadcast(bits, 7)) ^ s7);
  return sum;
}

// The sign bit where a bit of the word is 0, for four of its bits.
fn flips_at(word: u32, shift: vec4<u32>) -> vec4<u32> {
  return (vec4<u32>(~word) << shift) & vec4<u32>(0x80000000u);
}

fn gradient(row: u32, n: u32) -> f32 {
  let meets = row != OUTSIDE && n < params.outputs;
  return select(0.0, g[select(0u, row * params.outputs + n, meets)], meets);
}

fn write(row: u32, k: vec4<u32>, value: vec4<f32>) {
  if (row >= params.images * params.height * params.width) { return; }
  let base = row * params.channels;
  if (k.x < params.channels) { dx[base + k.x] = value.x; }
  if (k.y < params.channels) { dx[base + k.y] = value.y; }
  if (k.z < params.channels) { dx[base + k.z] = value.z; }
  if (k.w < params.channels) { dx[base + k.w] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let m = group.y * 8;
  let rows = params.images * params.height * params.width;
  let word = min(vec2<u32>(group.x * 2, group.x * 2 + 1), vec2<u32>(params.words - 1));
  let bit = vec4<u32>(lane * 4) + vec4<u32>(0, 1, 2, 3);
  let shift = vec4<u32>(31) - bit;
  let place0 = input_place(min(m + 0, rows - 1));
  let place1 = input_place(min(m + 1, rows - 1));
  let place2 = input_place(min(m + 2, rows - 1));
  let place3 = input_place(min(m + 3, rows - 1));
  let place4 = input_place(min(m + 4, rows - 1));
  let place5 = input_place(min(m + 5, rows - 1));
  let place6 = input_place(min(m + 6, rows - 1));
  let place7 = input_place(min(m + 7, rows - 1));
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
  for (var tap = 0u; tap < params.kernel * params.kernel; tap++) {
    let ky = tap / params.kernel;
    let kx = tap % params.kernel;
    let base = (word + tap * params.words) * params.outputs;
    let o0 = output_row(place0, ky, kx);
    let o1 = output_row(place1, ky, kx);
    let o2 = output_row(place2, ky, kx);
    let o3 = output_row(place3, ky, kx);
    let o4 = output_row(place4, ky, kx);
    let o5 = output_row(place5, ky, kx);
    let o6 = output_row(place6, ky, kx);
    let o7 = output_row(place7, ky, kx);
    for (var i = 0u; i < params.outputs; i += 8) {
      let n = i + lane;
      let at = base + min(n, params.outputs - 1);
      let w0 = w[at.x];
      let w1 = w[at.y];
      let p0 = flips_at(subgroupBroadcast(w0, 0), shift);
      let p1 = flips_at(subgroupBroadcast(w0, 1), shift);
      let p2 = flips_at(subgroupBroadcast(w0, 2), shift);
      let p3 = flips_at(subgroupBroadcast(w0, 3), shift);
      let p4 = flips_at(subgroupBroadcast(w0, 4), shift);
      let p5 = flips_at(subgroupBroadcast(w0, 5), shift);
      let p6 = flips_at(subgroupBroadcast(w0, 6), shift);
      let p7 = flips_at(subgroupBroadcast(w0, 7), shift);
      let q0 = flips_at(subgroupBroadcast(w1, 0), shift);
      let q1 = flips_at(subgroupBroadcast(w1, 1), shift);
      let q2 = flips_at(subgroupBroadcast(w1, 2), shift);
      let q3 = flips_at(subgroupBroadcast(w1, 3), shift);
      let q4 = flips_at(subgroupBroadcast(w1, 4), shift);
      let q5 = flips_at(subgroupBroadcast(w1, 5), shift);
      let q6 = flips_at(subgroupBroadcast(w1, 6), shift);
      let q7 = flips_at(subgroupBroadcast(w1, 7), shift);
      let x0 = gradient(o0, n);
      s0 = eight(s0, x0, p0, p1, p2, p3, p4, p5, p6, p7);
      t0 = eight(t0, x0, q0, q1, q2, q3, q4, q5, q6, q7);
      let x1 = gradient(o1, n);
      s1 = eight(s1, x1, p0, p1, p2, p3, p4, p5, p6, p7);
      t1 = eight(t1, x1, q0, q1, q2, q3, q4, q5, q6, q7);
      let x2 = gradient(o2, n);
      s2 = eight(s2, x2, p0, p1, p2, p3, p4, p5, p6, p7);
      t2 = eight(t2, x2, q0, q1, q2, q3, q4, q5, q6, q7);
      let x3 = gradient(o3, n);
      s3 = eight(s3, x3, p0, p1, p2, p3, p4, p5, p6, p7);
      t3 = eight(t3, x3, q0, q1, q2, q3, q4, q5, q6, q7);
      let x4 = gradient(o4, n);
      s4 = eight(s4, x4, p0, p1, p2, p3, p4, p5, p6, p7);
      t4 = eight(t4, x4, q0, q1, q2, q3, q4, q5, q6, q7);
      let x5 = gradient(o5, n);
      s5 = eight(s5, x5, p0, p1, p2, p3, p4, p5, p6, p7);
      t5 = eight(t5, x5, q0, q1, q2, q3, q4, q5, q6, q7);
      let x6 = gradient(o6, n);
      s6 = eight(s6, x6, p0, p1, p2, p3, p4, p5, p6, p7);
      t6 = eight(t6, x6, q0, q1, q2, q3, q4, q5, q6, q7);
      let x7 = gradient(o7, n);
      s7 = eight(s7, x7, p0, p1, p2, p3, p4, p5, p6, p7);
      t7 = eight(t7, x7, q0, q1, q2, q3, q4, q5, q6, q7);
    }
  }
  let k = bit + group.x * 64;
  write(m + 0, k, s0);
  write(m + 0, k + 32, t0);
  write(m + 1, k, s1);
  write(m + 1, k + 32, t1);
  write(m + 2, k, s2);
  write(m + 2, k + 32, t2);
  write(m + 3, k, s3);
  write(m + 3, k + 32, t3);
  write(m + 4, k, s4);
  write(m + 4, k + 32, t4);
  write(m + 5, k, s5);
  write(m + 5, k + 32, t5);
  write(m + 6, k, s6);
  write(m + 6, k + 32, t6);
  write(m + 7, k, s7);
  write(m + 7, k + 32, t7);
}
