enable subgroups;
// c[m][n] = sum_k a[m][k] * b[k][n]  (f32), k increasing: the float product, the best rival for the benchmark.
// a: [rows][depth]; b: [depth][outputs]; c: [rows][outputs]; all f32.
// The same plan as xnor_gemm_stationary: a workgroup (one subgroup of 8) holds 64 x 32 values of b in private memory and
// runs over ROWS rows, two at a time, adding to c; on lavapipe every storage load is done lane by lane (about 14 instructions a lane),
// so b is loaded once for ROWS rows and each lane loads another value of the row, spread by subgroupBroadcast.
// 2026-11-23, llvmpipe (Mesa 25.0.7, 2 cores): 1024^3 at 29 GFLOP/s with ROWS = 256; tiles of 32 and 128 steps, one and
// four rows at a time, and 8 x 4 and 16 x 4 register blocks gave 15-25.
// dispatch: x = ceil(outputs / 32), y = ceil(rows / ROWS)
// split: rows of a, c
// split: depth of b; columns a; adding
// requires: subgroups 8

override ROWS: u32 = 128;
override ADDING: bool = false; // to what c holds: a piece of a split launch

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = vec4<u32>(group.x * 32 + lane) + vec4<u32>(0, 8, 16, 24);
  let column = min(n, vec4<u32>(params.outputs - 1));
  let end = min((group.y + 1) * ROWS, params.rows);
  for (var k = 0u; k < params.depth; k += 64) {
    var tile: array<vec4<f32>, 64>;
    for (var j = 0u; j < 64; j++) {
      let at = column + min(k + j, params.depth - 1) * params.outputs;
      tile[j] = vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
    }
    for (var m = group.y * ROWS; m < end; m += 2) {
      let row0 = min(m + 0, params.rows - 1) * params.depth;
      let o0 = column + min(m + 0, params.rows - 1) * params.outputs;
      var sum0 = vec4<f32>();
      let row1 = min(m + 1, params.rows - 1) * params.depth;
      let o1 = column + min(m + 1, params.rows - 1) * params.outputs;
      var sum1 = vec4<f32>();
      if (ADDING || k > 0) {
        sum0 = vec4<f32>(c[o0.x], c[o0.y], c[o0.z], c[o0.w]);
        sum1 = vec4<f32>(c[o1.x], c[o1.y], c[o1.z], c[o1.w]);
      }
      let at0 = k + 0 + lane;
      let v0_0 = select(0.0, a[row0 + min(at0, params.depth - 1)], at0 < params.depth);
      let v0_1 = select(0.0, a[row1 + min(at0, params.depth - 1)], at0 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 0)), tile[0], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 0)), tile[0], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 1)), tile[1], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 1)), tile[1], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 2)), tile[2], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 2)), tile[2], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 3)), tile[3], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 3)), tile[3], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 4)), tile[4], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 4)), tile[4], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 5)), tile[5], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 5)), tile[5], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 6)), tile[6], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 6)), tile[6], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v0_0, 7)), tile[7], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v0_1, 7)), tile[7], sum1);
      let at1 = k + 8 + lane;
      let v1_0 = select(0.0, a[row0 + min(at1, params.depth - 1)], at1 < params.depth);
      let v1_1 = select(0.0, a[row1 + min(at1, params.depth - 1)], at1 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 0)), tile[8], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 0)), tile[8], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 1)), tile[9], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 1)), tile[9], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 2)), tile[10], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 2)), tile[10], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 3)), tile[11], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 3)), tile[11], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 4)), tile[12], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 4)), tile[12], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 5)), tile[13], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 5)), tile[13], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 6)), tile[14], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 6)), tile[14], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v1_0, 7)), tile[15], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v1_1, 7)), tile[15], sum1);
      let at2 = k + 16 + lane;
      let v2_0 = select(0.0, a[row0 + min(at2, params.depth - 1)], at2 < params.depth);
      let v2_1 = select(0.0, a[row1 + min(at2, params.depth - 1)], at2 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 0)), tile[16], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 0)), tile[16], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 1)), tile[17], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 1)), tile[17], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 2)), tile[18], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 2)), tile[18], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 3)), tile[19], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 3)), tile[19], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 4)), tile[20], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 4)), tile[20], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 5)), tile[21], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 5)), tile[21], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 6)), tile[22], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 6)), tile[22], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v2_0, 7)), tile[23], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v2_1, 7)), tile[23], sum1);
      let at3 = k + 24 + lane;
      let v3_0 = select(0.0, a[row0 + min(at3, params.depth - 1)], at3 < params.depth);
      let v3_1 = select(0.0, a[row1 + min(at3, params.depth - 1)], at3 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 0)), tile[24], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 0)), tile[24], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 1)), tile[25], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 1)), tile[25], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 2)), tile[26], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 2)), tile[26], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 3)), tile[27], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 3)), tile[27], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 4)), tile[28], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 4)), tile[28], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 5)), tile[29], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 5)), tile[29], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 6)), tile[30], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 6)), tile[30], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v3_0, 7)), tile[31], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v3_1, 7)), tile[31], sum1);
      let at4 = k + 32 + lane;
      let v4_0 = select(0.0, a[row0 + min(at4, params.depth - 1)], at4 < params.depth);
      let v4_1 = select(0.0, a[row1 + min(at4, params.depth - 1)], at4 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 0)), tile[32], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 0)), tile[32], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 1)), tile[33], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 1)), tile[33], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 2)), tile[34], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 2)), tile[34], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 3)), tile[35], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 3)), tile[35], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 4)), tile[36], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 4)), tile[36], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 5)), tile[37], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 5)), tile[37], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 6)), tile[38], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 6)), tile[38], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v4_0, 7)), tile[39], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v4_1, 7)), tile[39], sum1);
      let at5 = k + 40 + lane;
      let v5_0 = select(0.0, a[row0 + min(at5, params.depth - 1)], at5 < params.depth);
      let v5_1 = select(0.0, a[row1 + min(at5, params.depth - 1)], at5 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 0)), tile[40], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 0)), tile[40], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 1)), tile[41], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 1)), tile[41], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 2)), tile[42], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 2)), tile[42], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 3)), tile[43], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 3)), tile[43], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 4)), tile[44], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 4)), tile[44], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 5)), tile[45], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 5)), tile[45], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 6)), tile[46], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 6)), tile[46], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v5_0, 7)), tile[47], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v5_1, 7)), tile[47], sum1);
      let at6 = k + 48 + lane;
      let v6_0 = select(0.0, a[row0 + min(at6, params.depth - 1)], at6 < params.depth);
      let v6_1 = select(0.0, a[row1 + min(at6, params.depth - 1)], at6 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 0)), tile[48], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 0)), tile[48], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 1)), tile[49], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 1)), tile[49], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 2)), tile[50], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 2)), tile[50], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 3)), tile[51], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 3)), tile[51], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 4)), tile[52], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 4)), tile[52], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 5)), tile[53], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 5)), tile[53], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 6)), tile[54], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 6)), tile[54], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v6_0, 7)), tile[55], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v6_1, 7)), tile[55], sum1);
      let at7 = k + 56 + lane;
      let v7_0 = select(0.0, a[row0 + min(at7, params.depth - 1)], at7 < params.depth);
      let v7_1 = select(0.0, a[row1 + min(at7, params.depth - 1)], at7 < params.depth);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 0)), tile[56], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 0)), tile[56], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 1)), tile[57], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 1)), tile[57], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 2)), tile[58], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 2)), tile[58], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 3)), tile[59], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 3)), tile[59], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 4)), tile[60], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 4)), tile[60], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 5)), tile[61], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 5)), tile[61], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 6)), tile[62], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 6)), tile[62], sum1);
      sum0 = fma(vec4<f32>(subgroupBroadcast(v7_0, 7)), tile[63], sum0);
      sum1 = fma(vec4<f32>(subgroupBroadcast(v7_1, 7)), tile[63], sum1);
      if (n.x < params.outputs && m + 0 < end) { c[o0.x] = sum0.x; }
      if (n.y < params.outputs && m + 0 < end) { c[o0.y] = sum0.y; }
      if (n.z < params.outputs && m + 0 < end) { c[o0.z] = sum0.z; }
      if (n.w < params.outputs && m + 0 < end) { c[o0.w] = sum0.w; }
      if (n.x < params.outputs && m + 1 < end) { c[o1.x] = sum1.x; }
      if (n.y < params.outputs && m + 1 < end) { c[o1.y] = sum1.y; }
      if (n.z < params.outputs && m + 1 < end) { c[o1.z] = sum1.z; }
      if (n.w < params.outputs && m + 1 < end) { c[o1.w] = sum1.w; }
    }
  }
}
