// include: conv
// y[m][n] = K_eff(m) - 2 * mismatches  (i32): convolution of bit activations with bit weights, zero padding exact: taps
// outside the picture are skipped, so K_eff counts the channels of the taps inside. MASKED: inputs whose mask bit is 0 (dropout,
// sign(0) = 0) are skipped too; else mask is bound but not read.
// a, mask: [input rows][words] u32; w: [taps][words][outputs] u32; y: [rows][outputs] i32. Tail bits are 0 in a, mask and w.
// An implicit product over taps: one invocation owns 4 consecutive rows x 4 outputs WG_X apart, as in xnor_gemm_block.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: images of a, mask, y

override WG_X: u32 = 8;
override WG_Y: u32 = 1;
override MASKED: bool = false;

@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<i32>;

struct Row {
  place: vec3<u32>,
  present: u32,
  mismatches: vec4<u32>,
}

fn start(m: u32) -> Row {
  return Row(output_place(min(m, params.rows - 1)), 0u, vec4<u32>());
}

fn meet(row: ptr<function, Row>, source: u32, j: u32, v: vec4<u32>) {
  if (source == OUTSIDE) { return; }
  let at = source * params.words + j;
  if (MASKED) {
    let present = mask[at];
    (*row).present += countOneBits(present);
    (*row).mismatches += countOneBits((v ^ vec4<u32>(a[at])) & vec4<u32>(present));
  } else {
    (*row).present += min(32u, params.channels - 32 * j);
    (*row).mismatches += countOneBits(v ^ vec4<u32>(a[at]));
  }
}

fn write_row(m: u32, n: vec4<u32>, row: Row) {
  if (m >= params.rows) { return; }
  let dot = vec4<i32>(i32(row.present)) - 2 * vec4<i32>(row.mismatches);
  let base = m * params.outputs;
  if (n.x < params.outputs) { y[base + n.x] = dot.x; }
  if (n.y < params.outputs) { y[base + n.y] = dot.y; }
  if (n.z < params.outputs) { y[base + n.z] = dot.z; }
  if (n.w < params.outputs) { y[base + n.w] = dot.w; }
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.outputs) { return; }
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var r0 = start(m);
  var r1 = start(m + 1);
  var r2 = start(m + 2);
  var r3 = start(m + 3);
  for (var ky = 0u; ky < params.kernel; ky++) {
    for (var kx = 0u; kx < params.kernel; kx++) {
      let from0 = input_row(r0.place, ky, kx);
      let from1 = input_row(r1.place, ky, kx);
      let from2 = input_row(r2.place, ky, kx);
      let from3 = input_row(r3.place, ky, kx);
      for (var j = 0u; j < params.words; j++) {
        let at = columns + ((ky * params.kernel + kx) * params.words + j) * params.outputs;
        let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
        meet(&r0, from0, j, v);
        meet(&r1, from1, j, v);
        meet(&r2, from2, j, v);
        meet(&r3, from3, j, v);
      }
    }
  }
  write_row(m, n, r0);
  write_row(m + 1, n, r1);
  write_row(m + 2, n, r2);
  write_row(m + 3, n, r3);
}
