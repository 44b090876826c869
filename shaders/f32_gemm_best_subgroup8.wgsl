enable subgroups;
// c[m][n] = sum_k a[m][k] * b[k][n]  (f32), k increasing: the float product, the best rival for the benchmark.
// a: [rows][depth]; b: [depth][outputs]; c: [rows][outputs]; all f32.
// The same plan as xnor_gemm_stationary: a workgroup (one subgroup of 8) holds 64 x 32 values of b in private memory and
// runs over ROWS rows, adding to c; on lavapipe every storage load is done lane by lane (about 14 instructions a lane),
// so b is loaded once for ROWS rows and each lane loads another value of the row, spread by subgroupBroadcast.
// dispatch: x = ceil(outputs / 32), y = ceil(rows / ROWS)
// requires: subgroups 8

override ROWS: u32 = 64;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;
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
    for (var m = group.y * ROWS; m < end; m++) {
      let row = m * params.depth;
      let o = column + m * params.outputs;
      var sum = vec4<f32>();
      if (k > 0) { sum = vec4<f32>(c[o.x], c[o.y], c[o.z], c[o.w]); }
      let at0 = k + lane;
      let v0 = select(0.0, a[row + min(at0, params.depth - 1)], at0 < params.depth);
      sum = eight(sum, v0, tile[0], tile[1], tile[2], tile[3], tile[4], tile[5], tile[6], tile[7]);
      let at1 = k + 8 + lane;
      let v1 = select(0.0, a[row + min(at1, params.depth - 1)], at1 < params.depth);
      sum = eight(sum, v1, tile[8], tile[9], tile[10], tile[11], tile[12], tile[13], tile[14], tile[15]);
      let at2 = k + 16 + lane;
      let v2 = select(0.0, a[row + min(at2, params.depth - 1)], at2 < params.depth);
      sum = eight(sum, v2, tile[16], tile[17], tile[18], tile[19], tile[20], tile[21], tile[22], tile[23]);
      let at3 = k + 24 + lane;
      let v3 = select(0.0, a[row + min(at3, params.depth - 1)], at3 < params.depth);
      sum = eight(sum, v3, tile[24], tile[25], tile[26], tile[27], tile[28], tile[29], tile[30], tile[31]);
      let at4 = k + 32 + lane;
      let v4 = select(0.0, a[row + min(at4, params.depth - 1)], at4 < params.depth);
      sum = eight(sum, v4, tile[32], tile[33], tile[34], tile[35], tile[36], tile[37], tile[38], tile[39]);
      let at5 = k + 40 + lane;
      let v5 = select(0.0, a[row + min(at5, params.depth - 1)], at5 < params.depth);
      sum = eight(sum, v5, tile[40], tile[41], tile[42], tile[43], tile[44], tile[45], tile[46], tile[47]);
      let at6 = k + 48 + lane;
      let v6 = select(0.0, a[row + min(at6, params.depth - 1)], at6 < params.depth);
      sum = eight(sum, v6, tile[48], tile[49], tile[50], tile[51], tile[52], tile[53], tile[54], tile[55]);
      let at7 = k + 56 + lane;
      let v7 = select(0.0, a[row + min(at7, params.depth - 1)], at7 < params.depth);
      sum = eight(sum, v7, tile[56], tile[57], tile[58], tile[59], tile[60], tile[61], tile[62], tile[63]);
      if (n.x < params.outputs) { c[o.x] = sum.x; }
      if (n.y < params.outputs) { c[o.y] = sum.y; }
      if (n.z < params.outputs) { c[o.z] = sum.z; }
      if (n.w < params.outputs) { c[o.w] = sum.w; }
    }
  }
}
