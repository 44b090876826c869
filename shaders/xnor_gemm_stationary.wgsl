enable subgroups;
// include: carry_save
// include: presence
// y[m][n] = depth - 2 * popcount(a[m] ^ w[.][n])  (i32): the XNOR product of bit activations and bit weights. With MASKED
// only inputs present count (include/presence): popcount(mask[m]) - 2 * popcount((a[m] ^ w[.][n]) & mask[m]).
// a, mask: [rows][words] u32; w: [words][outputs] u32; y: [rows][outputs] i32. Tail bits are 0 in all, so they never mismatch.
// Weights stay put: a workgroup (one subgroup of 8) holds 32 words x 32 outputs of w in private memory and runs over
// ROWS rows; deeper layers repeat that per 32 words and add to y. On lavapipe every storage load is done lane by lane,
// uniform or not (about 14 instructions a lane), and its loads were two thirds of the time of a 4 x 4 register block;
// here w is loaded once for ROWS rows, and each lane loads another word of the row, spread by subgroupBroadcast.
// Mismatches are counted by carry-save addition: 32 words cost 4 + 3 popcounts instead of 32.
// 2026-11-23, llvmpipe (Mesa 25.0.7, AVX-512VL, 2 cores): 1024^3 at 700-840 GOP/s against 250 for xnor_gemm_block, masked
// 600 against 180; ROWS 128 or 256 is 10-15 % faster than 64 where there are so many rows. 64 words a tile was slower.
// dispatch: x = ceil(outputs / 32), y = ceil(rows / ROWS)
// split: rows of a, mask, y
// requires: subgroups 8

override ROWS: u32 = 128;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<i32>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = vec4<u32>(group.x * 32 + lane) + vec4<u32>(0, 8, 16, 24);
  let column = min(n, vec4<u32>(params.outputs - 1));
  let end = min((group.y + 1) * ROWS, params.rows);
  for (var c = 0u; c < params.words; c += 32) {
    var tile: array<vec4<u32>, 32>;
    for (var j = 0u; j < 32; j++) {
      let at = column + min(c + j, params.words - 1) * params.outputs;
      let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
      tile[j] = select(vec4<u32>(), v, c + j < params.words);
    }
    for (var m = group.y * ROWS; m < end; m++) {
      let row = m * params.words;
      var sum = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
      let at0 = c + lane;
      let v0 = select(0u, a[row + min(at0, params.words - 1)], at0 < params.words);
      let p0 = present_within(at0 < params.words, row + min(at0, params.words - 1));
      let at1 = c + 8 + lane;
      let v1 = select(0u, a[row + min(at1, params.words - 1)], at1 < params.words);
      let p1 = present_within(at1 < params.words, row + min(at1, params.words - 1));
      let at2 = c + 16 + lane;
      let v2 = select(0u, a[row + min(at2, params.words - 1)], at2 < params.words);
      let p2 = present_within(at2 < params.words, row + min(at2, params.words - 1));
      let at3 = c + 24 + lane;
      let v3 = select(0u, a[row + min(at3, params.words - 1)], at3 < params.words);
      let p3 = present_within(at3 < params.words, row + min(at3, params.words - 1));
      feed(
        &sum,
        bits_present(vec4<u32>(subgroupBroadcast(v0, 0)) ^ tile[0], subgroupBroadcast(p0, 0)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 1)) ^ tile[1], subgroupBroadcast(p0, 1)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 2)) ^ tile[2], subgroupBroadcast(p0, 2)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 3)) ^ tile[3], subgroupBroadcast(p0, 3)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 4)) ^ tile[4], subgroupBroadcast(p0, 4)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 5)) ^ tile[5], subgroupBroadcast(p0, 5)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 6)) ^ tile[6], subgroupBroadcast(p0, 6)),
        bits_present(vec4<u32>(subgroupBroadcast(v0, 7)) ^ tile[7], subgroupBroadcast(p0, 7)),
      );
      feed(
        &sum,
        bits_present(vec4<u32>(subgroupBroadcast(v1, 0)) ^ tile[8], subgroupBroadcast(p1, 0)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 1)) ^ tile[9], subgroupBroadcast(p1, 1)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 2)) ^ tile[10], subgroupBroadcast(p1, 2)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 3)) ^ tile[11], subgroupBroadcast(p1, 3)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 4)) ^ tile[12], subgroupBroadcast(p1, 4)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 5)) ^ tile[13], subgroupBroadcast(p1, 5)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 6)) ^ tile[14], subgroupBroadcast(p1, 6)),
        bits_present(vec4<u32>(subgroupBroadcast(v1, 7)) ^ tile[15], subgroupBroadcast(p1, 7)),
      );
      feed(
        &sum,
        bits_present(vec4<u32>(subgroupBroadcast(v2, 0)) ^ tile[16], subgroupBroadcast(p2, 0)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 1)) ^ tile[17], subgroupBroadcast(p2, 1)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 2)) ^ tile[18], subgroupBroadcast(p2, 2)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 3)) ^ tile[19], subgroupBroadcast(p2, 3)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 4)) ^ tile[20], subgroupBroadcast(p2, 4)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 5)) ^ tile[21], subgroupBroadcast(p2, 5)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 6)) ^ tile[22], subgroupBroadcast(p2, 6)),
        bits_present(vec4<u32>(subgroupBroadcast(v2, 7)) ^ tile[23], subgroupBroadcast(p2, 7)),
      );
      feed(
        &sum,
        bits_present(vec4<u32>(subgroupBroadcast(v3, 0)) ^ tile[24], subgroupBroadcast(p3, 0)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 1)) ^ tile[25], subgroupBroadcast(p3, 1)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 2)) ^ tile[26], subgroupBroadcast(p3, 2)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 3)) ^ tile[27], subgroupBroadcast(p3, 3)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 4)) ^ tile[28], subgroupBroadcast(p3, 4)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 5)) ^ tile[29], subgroupBroadcast(p3, 5)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 6)) ^ tile[30], subgroupBroadcast(p3, 6)),
        bits_present(vec4<u32>(subgroupBroadcast(v3, 7)) ^ tile[31], subgroupBroadcast(p3, 7)),
      );
      let mismatches = counted(sum);
      let o = column + m * params.outputs;
      var dot = -2 * vec4<i32>(mismatches);
      if (MASKED) {
        dot += i32(subgroupAdd(countOneBits(p0) + countOneBits(p1) + countOneBits(p2) + countOneBits(p3)));
      }
      if (c == 0) {
        dot += select(i32(params.depth), 0, MASKED);
      } else {
        dot += vec4<i32>(y[o.x], y[o.y], y[o.z], y[o.w]);
      }
      if (n.x < params.outputs) { y[o.x] = dot.x; }
      if (n.y < params.outputs) { y[o.y] = dot.y; }
      if (n.z < params.outputs) { y[o.z] = dot.z; }
      if (n.w < params.outputs) { y[o.w] = dot.w; }
    }
  }
}
