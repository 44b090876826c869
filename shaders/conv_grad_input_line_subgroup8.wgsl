enable subgroups;
// include: conv
// dx[i][c] of conv_grad_input_block in other words, for lavapipe and convolutions of stride 1.
// g: [rows][outputs] f32; w: [taps][words][outputs] u32; dx: [input rows][channels] f32. One accumulator an output.
// Lane l owns bits 4l .. 4l + 3 of one or two words of w (WORDS), for 16 or 8 neighbouring positions of a picture's line; each lane
// loads another filter's value, spread by subgroupBroadcast. Loads are what costs most here, so those of one tap are used
// again for the next: a step to the right in the window is a step to the left in g, and only one position is new.
// 2026-11-25, llvmpipe (Mesa 25.0.7, 256 bits, by its threads' time), 50 images, a thread's rate: 32 channels at 32 x 32 at 30 GFLOP/s
// with one word, 17 with two (the plan of the strided kernel 11); 64 at 16 x 16 at 36; 128 at 8 x 8 at 34.
// dispatch: x = ceil(words / WORDS), y = height * ceil(width * WORDS / 16), z = images
// split: images of g, dx
// requires: subgroups 8
// requires: stride at most 1

override WORDS: u32 = 2;

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

// The gradient at a place of a line of g, 0 beyond its ends: left of it the unsigned place wraps.
fn gradient(line: u32, ox: u32, n: u32) -> f32 {
  let meets = ox < params.out_width && n < params.outputs;
  return select(0.0, g[select(0u, (line + ox) * params.outputs + n, meets)], meets);
}

// Four channels of the position `x` of a line that starts at input row `first`.
fn write(first: u32, x: u32, k: vec4<u32>, value: vec4<f32>) {
  if (x >= params.width) { return; }
  let base = (first + x) * params.channels;
  if (k.x < params.channels) { dx[base + k.x] = value.x; }
  if (k.y < params.channels) { dx[base + k.y] = value.y; }
  if (k.z < params.channels) { dx[base + k.z] = value.z; }
  if (k.w < params.channels) { dx[base + k.w] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let positions = 16 / WORDS;
  let segments = (params.width + positions - 1) / positions;
  let y = group.y / segments;
  let x = group.y % segments * positions;
  let word = min(vec2<u32>(group.x * WORDS, group.x * WORDS + 1), vec2<u32>(params.words - 1));
  let bit = vec4<u32>(lane * 4) + vec4<u32>(0, 1, 2, 3);
  let shift = vec4<u32>(31) - bit;
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
  // Taps whose line of g lies inside the picture.
  let below = y + params.padding;
  let begin = select(0u, below + 1 - params.out_height, below >= params.out_height);
  let end = min(below + 1, params.kernel);
  for (var ky = begin; ky < end; ky++) {
    let line = (group.z * params.out_height + below - ky) * params.out_width;
    for (var i = 0u; i < params.outputs; i += 8) {
      let n = i + lane;
      let right = x + params.padding;
      var x1 = gradient(line, right + 1, n);
      var x2 = gradient(line, right + 2, n);
      var x3 = gradient(line, right + 3, n);
      var x4 = gradient(line, right + 4, n);
      var x5 = gradient(line, right + 5, n);
      var x6 = gradient(line, right + 6, n);
      var x7 = gradient(line, right + 7, n);
      var x8 = 0.0;
      var x9 = 0.0;
      var x10 = 0.0;
      var x11 = 0.0;
      var x12 = 0.0;
      var x13 = 0.0;
      var x14 = 0.0;
      var x15 = 0.0;
      if (WORDS == 1) {
        x8 = gradient(line, right + 8, n);
        x9 = gradient(line, right + 9, n);
        x10 = gradient(line, right + 10, n);
        x11 = gradient(line, right + 11, n);
        x12 = gradient(line, right + 12, n);
        x13 = gradient(line, right + 13, n);
        x14 = gradient(line, right + 14, n);
        x15 = gradient(line, right + 15, n);
      }
      for (var kx = 0u; kx < params.kernel; kx++) {
        let x0 = gradient(line, right - kx, n);
        let at = (word + (ky * params.kernel + kx) * params.words) * params.outputs + min(n, params.outputs - 1);
        let w0 = w[at.x];
        let p0 = flips_at(subgroupBroadcast(w0, 0), shift);
        let p1 = flips_at(subgroupBroadcast(w0, 1), shift);
        let p2 = flips_at(subgroupBroadcast(w0, 2), shift);
        let p3 = flips_at(subgroupBroadcast(w0, 3), shift);
        let p4 = flips_at(subgroupBroadcast(w0, 4), shift);
        let p5 = flips_at(subgroupBroadcast(w0, 5), shift);
        let p6 = flips_at(subgroupBroadcast(w0, 6), shift);
        let p7 = flips_at(subgroupBroadcast(w0, 7), shift);
        s0 = eight(s0, x0, p0, p1, p2, p3, p4, p5, p6, p7);
        s1 = eight(s1, x1, p0, p1, p2, p3, p4, p5, p6, p7);
        s2 = eight(s2, x2, p0, p1, p2, p3, p4, p5, p6, p7);
        s3 = eight(s3, x3, p0, p1, p2, p3, p4, p5, p6, p7);
        s4 = eight(s4, x4, p0, p1, p2, p3, p4, p5, p6, p7);
        s5 = eight(s5, x5, p0, p1, p2, p3, p4, p5, p6, p7);
        s6 = eight(s6, x6, p0, p1, p2, p3, p4, p5, p6, p7);
        s7 = eight(s7, x7, p0, p1, p2, p3, p4, p5, p6, p7);
        if (WORDS == 1) {
          t0 = eight(t0, x8, p0, p1, p2, p3, p4, p5, p6, p7);
          t1 = eight(t1, x9, p0, p1, p2, p3, p4, p5, p6, p7);
          t2 = eight(t2, x10, p0, p1, p2, p3, p4, p5, p6, p7);
          t3 = eight(t3, x11, p0, p1, p2, p3, p4, p5, p6, p7);
          t4 = eight(t4, x12, p0, p1, p2, p3, p4, p5, p6, p7);
          t5 = eight(t5, x13, p0, p1, p2, p3, p4, p5, p6, p7);
          t6 = eight(t6, x14, p0, p1, p2, p3, p4, p5, p6, p7);
          t7 = eight(t7, x15, p0, p1, p2, p3, p4, p5, p6, p7);
          x15 = x14;
          x14 = x13;
          x13 = x12;
          x12 = x11;
          x11 = x10;
          x10 = x9;
          x9 = x8;
          x8 = x7;
        } else {
          let w1 = w[at.y];
          let q0 = flips_at(subgroupBroadcast(w1, 0), shift);
          let q1 = flips_at(subgroupBroadcast(w1, 1), shift);
          let q2 = flips_at(subgroupBroadcast(w1, 2), shift);
          let q3 = flips_at(subgroupBroadcast(w1, 3), shift);
          let q4 = flips_at(subgroupBroadcast(w1, 4), shift);
          let q5 = flips_at(subgroupBroadcast(w1, 5), shift);
          let q6 = flips_at(subgroupBroadcast(w1, 6), shift);
          let q7 = flips_at(subgroupBroadcast(w1, 7), shift);
          t0 = eight(t0, x0, q0, q1, q2, q3, q4, q5, q6, q7);
          t1 = eight(t1, x1, q0, q1, q2, q3, q4, q5, q6, q7);
          t2 = eight(t2, x2, q0, q1, q2, q3, q4, q5, q6, q7);
          t3 = eight(t3, x3, q0, q1, q2, q3, q4, q5, q6, q7);
          t4 = eight(t4, x4, q0, q1, q2, q3, q4, q5, q6, q7);
          t5 = eight(t5, x5, q0, q1, q2, q3, q4, q5, q6, q7);
          t6 = eight(t6, x6, q0, q1, q2, q3, q4, q5, q6, q7);
          t7 = eight(t7, x7, q0, q1, q2, q3, q4, q5, q6, q7);
        }
        x7 = x6;
        x6 = x5;
        x5 = x4;
        x4 = x3;
        x3 = x2;
        x2 = x1;
        x1 = x0;
      }
    }
  }
  let first = (group.z * params.height + y) * params.width;
  let k = bit + group.x * 32 * WORDS;
  // The second half: other positions, or other channels of the same.
  let further = select(x, x + 8, WORDS == 1);
  let channel = select(k + 32, k, WORDS == 1);
  write(first, x + 0, k, s0);
  write(first, further + 0, channel, t0);
  write(first, x + 1, k, s1);
  write(first, further + 1, channel, t1);
  write(first, x + 2, k, s2);
  write(first, further + 2, channel, t2);
  write(first, x + 3, k, s3);
  write(first, further + 3, channel, t3);
  write(first, x + 4, k, s4);
  write(first, further + 4, channel, t4);
  write(first, x + 5, k, s5);
  write(first, further + 5, channel, t5);
  write(first, x + 6, k, s6);
  write(first, further + 6, channel, t6);
  write(first, x + 7, k, s7);
  write(first, further + 7, channel, t7);
}
