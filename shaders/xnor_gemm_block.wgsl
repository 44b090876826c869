// include: presence
// y[m][n] = depth - 2 * popcount(a[m] ^ w[.][n])  (i32): the XNOR product of bit activations and bit weights. With MASKED
// only inputs present count (include/presence): popcount(mask[m]) - 2 * popcount((a[m] ^ w[.][n]) & mask[m]).
// a, mask: [rows][words] u32; w: [words][outputs] u32; y: [rows][outputs] i32. Tail bits are 0 in all, so they never mismatch.
// One invocation owns a 4 x 4 block of y: 4 consecutive rows, and 4 outputs WG_X apart (neighbouring lanes read
// neighbouring words of w). WG_X = 8, WG_Y = 1 keeps the row addresses uniform on software adapters; 8 x 8 suits a GPU.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))
// split: rows of a, mask, y

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

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

fn write_row(row: u32, n: vec4<u32>, present: u32, mismatches: vec4<u32>) {
  if (row >= params.rows) { return; }
  let dot = vec4<i32>(inputs_of_row(present)) - 2 * vec4<i32>(mismatches);
  let base = row * params.outputs;
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
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1)) * params.words;
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var present = vec4<u32>();
  var c0 = vec4<u32>();
  var c1 = vec4<u32>();
  var c2 = vec4<u32>();
  var c3 = vec4<u32>();
  for (var i = 0u; i < params.words; i++) {
    let at = columns + i * params.outputs;
    let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
    let p = vec4<u32>(present_at(rows.x + i), present_at(rows.y + i), present_at(rows.z + i), present_at(rows.w + i));
    present += countOneBits(p);
    c0 += countOneBits(bits_present(v ^ vec4<u32>(a[rows.x + i]), p.x));
    c1 += countOneBits(bits_present(v ^ vec4<u32>(a[rows.y + i]), p.y));
    c2 += countOneBits(bits_present(v ^ vec4<u32>(a[rows.z + i]), p.z));
    c3 += countOneBits(bits_present(v ^ vec4<u32>(a[rows.w + i]), p.w));
  }
  write_row(m, n, present.x, c0);
  write_row(m + 1, n, present.y, c1);
  write_row(m + 2, n, present.z, c2);
  write_row(m + 3, n, present.w, c3);
}
