enable subgroups;
// include: real_window
// c[m][n] = scale * sum over taps, then channels k, of a[i][k] * b[tap * channels + k][n]  (f32): f32_conv_block in other words, the best float
// convolution found for lavapipe and what the one on bits is measured against.
// a: [input rows][channels]; b: [taps * channels][outputs]; c: [rows][outputs]; all f32.
// The plan of f32_gemm_best_subgroup8: a workgroup (one subgroup of 8) holds 64 steps of the sum x 32 outputs of b in private memory and
// runs over ROWS rows, two at a time, adding to c; each lane loads another value of the row, spread by subgroupBroadcast.
// dispatch: x = ceil(outputs / 32), y = ceil(rows / ROWS)
// split: images of a, c
// requires: subgroups 8

override ROWS: u32 = 128;

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

fn write_row(m: u32, n: vec4<u32>, value: vec4<f32>) {
  if (m >= params.rows) { return; }
  let base = m * params.outputs;
  if (n.x < params.outputs) { c[base + n.x] = value.x; }
  if (n.y < params.outputs) { c[base + n.y] = value.y; }
  if (n.z < params.outputs) { c[base + n.z] = value.z; }
  if (n.w < params.outputs) { c[base + n.w] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = vec4<u32>(group.x * 32 + lane) + vec4<u32>(0, 8, 16, 24);
  let column = min(n, vec4<u32>(params.outputs - 1));
  let depth = params.kernel * params.kernel * params.channels;
  let end = min((group.y + 1) * ROWS, params.rows);
  for (var k = 0u; k < depth; k += 64) {
    var tile: array<vec4<f32>, 64>;
    for (var j = 0u; j < 64; j++) {
      let at = column + min(k + j, depth - 1) * params.outputs;
      tile[j] = vec4<f32>(b[at.x], b[at.y], b[at.z], b[at.w]);
    }
    let from0 = source(k + 0 + lane);
    let from1 = source(k + 8 + lane);
    let from2 = source(k + 16 + lane);
    let from3 = source(k + 24 + lane);
    let from4 = source(k + 32 + lane);
    let from5 = source(k + 40 + lane);
    let from6 = source(k + 48 + lane);
    let from7 = source(k + 56 + lane);
    let scale = select(1.0, params.scale, k + 64 >= depth);
    for (var m = group.y * ROWS; m < end; m += 2) {
      let second = min(m + 1, params.rows - 1);
      let corner0 = corner_of(output_place(m));
      let corner1 = corner_of(output_place(second));
      var sum0 = vec4<f32>();
      var sum1 = vec4<f32>();
      if (k > 0) {
        let o0 = column + m * params.outputs;
        let o1 = column + second * params.outputs;
        sum0 = vec4<f32>(c[o0.x], c[o0.y], c[o0.z], c[o0.w]);
        sum1 = vec4<f32>(c[o1.x], c[o1.y], c[o1.z], c[o1.w]);
      }
      sum0 = eight(sum0, load(from0, corner0), tile[0], tile[1], tile[2], tile[3], tile[4], tile[5], tile[6], tile[7]);
      sum1 = eight(sum1, load(from0, corner1), tile[0], tile[1], tile[2], tile[3], tile[4], tile[5], tile[6], tile[7]);
      sum0 = eight(sum0, load(from1, corner0), tile[8], tile[9], tile[10], tile[11], tile[12], tile[13], tile[14], tile[15]);
      sum1 = eight(sum1, load(from1, corner1), tile[8], tile[9], tile[10], tile[11], tile[12], tile[13], tile[14], tile[15]);
      sum0 = eight(sum0, load(from2, corner0), tile[16], tile[17], tile[18], tile[19], tile[20], tile[21], tile[22], tile[23]);
      sum1 = eight(sum1, load(from2, corner1), tile[16], tile[17], tile[18], tile[19], tile[20], tile[21], tile[22], tile[23]);
      sum0 = eight(sum0, load(from3, corner0), tile[24], tile[25], tile[26], tile[27], tile[28], tile[29], tile[30], tile[31]);
      sum1 = eight(sum1, load(from3, corner1), tile[24], tile[25], tile[26], tile[27], tile[28], tile[29], tile[30], tile[31]);
      sum0 = eight(sum0, load(from4, corner0), tile[32], tile[33], tile[34], tile[35], tile[36], tile[37], tile[38], tile[39]);
      sum1 = eight(sum1, load(from4, corner1), tile[32], tile[33], tile[34], tile[35], tile[36], tile[37], tile[38], tile[39]);
      sum0 = eight(sum0, load(from5, corner0), tile[40], tile[41], tile[42], tile[43], tile[44], tile[45], tile[46], tile[47]);
      sum1 = eight(sum1, load(from5, corner1), tile[40], tile[41], tile[42], tile[43], tile[44], tile[45], tile[46], tile[47]);
      sum0 = eight(sum0, load(from6, corner0), tile[48], tile[49], tile[50], tile[51], tile[52], tile[53], tile[54], tile[55]);
      sum1 = eight(sum1, load(from6, corner1), tile[48], tile[49], tile[50], tile[51], tile[52], tile[53], tile[54], tile[55]);
      sum0 = eight(sum0, load(from7, corner0), tile[56], tile[57], tile[58], tile[59], tile[60], tile[61], tile[62], tile[63]);
      sum1 = eight(sum1, load(from7, corner1), tile[56], tile[57], tile[58], tile[59], tile[60], tile[61], tile[62], tile[63]);
      write_row(m, n, scale * sum0);
      write_row(m + 1, n, scale * sum1);
    }
  }
}
