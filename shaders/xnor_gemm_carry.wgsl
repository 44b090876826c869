// include: carry_save
// y[m][n] = depth - 2 * popcount(a[m] ^ w[.][n])  (i32): the XNOR product of bit activations and bit weights.
// a: [rows][words] u32; w: [words][outputs] u32; y: [rows][outputs] i32. Tail bits are 0 in both, so they never mismatch.
// One invocation owns a 4 x 4 block of y: 4 consecutive rows, and 4 outputs WG_X apart (neighbouring lanes read
// neighbouring words of w). WG_X = 8, WG_Y = 1 keeps the row addresses uniform on software adapters; 8 x 8 suits a GPU.
// Eight words a step go through full adders (include/carry_save), which needs about a fifth of the popcounts: meant for
// GPUs, where popcount runs at a quarter of the rate of logic; costs some 100 registers. Missing words count as 0.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (4 * WG_Y))

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
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<i32>;

fn write_row(row: u32, n: vec4<u32>, mismatches: vec4<u32>) {
  if (row >= params.rows) { return; }
  let dot = vec4<i32>(i32(params.depth)) - 2 * vec4<i32>(mismatches);
  let base = row * params.outputs;
  if (n.x < params.outputs) { y[base + n.x] = dot.x; }
  if (n.y < params.outputs) { y[base + n.y] = dot.y; }
  if (n.z < params.outputs) { y[base + n.z] = dot.z; }
  if (n.w < params.outputs) { y[base + n.w] = dot.w; }
}

fn weights(word: u32, columns: vec4<u32>) -> vec4<u32> {
  let at = columns + word * params.outputs;
  return vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.outputs) { return; }
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1)) * params.words;
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var c0 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  var c1 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  var c2 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  var c3 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  for (var i = 0u; i < params.words; i += 8) {
    let left = params.words - i;
    let at0 = i;
    let at1 = min(i + 1, params.words - 1);
    let at2 = min(i + 2, params.words - 1);
    let at3 = min(i + 3, params.words - 1);
    let at4 = min(i + 4, params.words - 1);
    let at5 = min(i + 5, params.words - 1);
    let at6 = min(i + 6, params.words - 1);
    let at7 = min(i + 7, params.words - 1);
    let v0 = weights(at0, columns);
    let v1 = select(vec4<u32>(), weights(at1, columns), left > 1);
    let v2 = select(vec4<u32>(), weights(at2, columns), left > 2);
    let v3 = select(vec4<u32>(), weights(at3, columns), left > 3);
    let v4 = select(vec4<u32>(), weights(at4, columns), left > 4);
    let v5 = select(vec4<u32>(), weights(at5, columns), left > 5);
    let v6 = select(vec4<u32>(), weights(at6, columns), left > 6);
    let v7 = select(vec4<u32>(), weights(at7, columns), left > 7);
    let r00 = a[rows.x + at0];
    let r01 = select(0u, a[rows.x + at1], left > 1);
    let r02 = select(0u, a[rows.x + at2], left > 2);
    let r03 = select(0u, a[rows.x + at3], left > 3);
    let r04 = select(0u, a[rows.x + at4], left > 4);
    let r05 = select(0u, a[rows.x + at5], left > 5);
    let r06 = select(0u, a[rows.x + at6], left > 6);
    let r07 = select(0u, a[rows.x + at7], left > 7);
    feed(
      &c0,
      v0 ^ vec4<u32>(r00),
      v1 ^ vec4<u32>(r01),
      v2 ^ vec4<u32>(r02),
      v3 ^ vec4<u32>(r03),
      v4 ^ vec4<u32>(r04),
      v5 ^ vec4<u32>(r05),
      v6 ^ vec4<u32>(r06),
      v7 ^ vec4<u32>(r07),
    );
    let r10 = a[rows.y + at0];
    let r11 = select(0u, a[rows.y + at1], left > 1);
    let r12 = select(0u, a[rows.y + at2], left > 2);
    let r13 = select(0u, a[rows.y + at3], left > 3);
    let r14 = select(0u, a[rows.y + at4], left > 4);
    let r15 = select(0u, a[rows.y + at5], left > 5);
    let r16 = select(0u, a[rows.y + at6], left > 6);
    let r17 = select(0u, a[rows.y + at7], left > 7);
    feed(
      &c1,
      v0 ^ vec4<u32>(r10),
      v1 ^ vec4<u32>(r11),
      v2 ^ vec4<u32>(r12),
      v3 ^ vec4<u32>(r13),
      v4 ^ vec4<u32>(r14),
      v5 ^ vec4<u32>(r15),
      v6 ^ vec4<u32>(r16),
      v7 ^ vec4<u32>(r17),
    );
    let r20 = a[rows.z + at0];
    let r21 = select(0u, a[rows.z + at1], left > 1);
    let r22 = select(0u, a[rows.z + at2], left > 2);
    let r23 = select(0u, a[rows.z + at3], left > 3);
    let r24 = select(0u, a[rows.z + at4], left > 4);
    let r25 = select(0u, a[rows.z + at5], left > 5);
    let r26 = select(0u, a[rows.z + at6], left > 6);
    let r27 = select(0u, a[rows.z + at7], left > 7);
    feed(
      &c2,
      v0 ^ vec4<u32>(r20),
      v1 ^ vec4<u32>(r21),
      v2 ^ vec4<u32>(r22),
      v3 ^ vec4<u32>(r23),
      v4 ^ vec4<u32>(r24),
      v5 ^ vec4<u32>(r25),
      v6 ^ vec4<u32>(r26),
      v7 ^ vec4<u32>(r27),
    );
    let r30 = a[rows.w + at0];
    let r31 = select(0u, a[rows.w + at1], left > 1);
    let r32 = select(0u, a[rows.w + at2], left > 2);
    let r33 = select(0u, a[rows.w + at3], left > 3);
    let r34 = select(0u, a[rows.w + at4], left > 4);
    let r35 = select(0u, a[rows.w + at5], left > 5);
    let r36 = select(0u, a[rows.w + at6], left > 6);
    let r37 = select(0u, a[rows.w + at7], left > 7);
    feed(
      &c3,
      v0 ^ vec4<u32>(r30),
      v1 ^ vec4<u32>(r31),
      v2 ^ vec4<u32>(r32),
      v3 ^ vec4<u32>(r33),
      v4 ^ vec4<u32>(r34),
      v5 ^ vec4<u32>(r35),
      v6 ^ vec4<u32>(r36),
      v7 ^ vec4<u32>(r37),
    );
  }
  write_row(m, n, counted(c0));
  write_row(m + 1, n, counted(c1));
  write_row(m + 2, n, counted(c2));
  write_row(m + 3, n, counted(c3));
}
