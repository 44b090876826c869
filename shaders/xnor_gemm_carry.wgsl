// include: carry_save
// include: presence
// y[m][n] = depth - 2 * popcount(a[m] ^ w[.][n])  (i32): the XNOR product of bit activations and bit weights. With MASKED
// only inputs present count (include/presence): popcount(mask[m]) - 2 * popcount((a[m] ^ w[.][n]) & mask[m]).
// a, mask: [rows][words] u32; w: [words][outputs] u32; y: [rows][outputs] i32. Tail bits are 0 in all, so they never mismatch.
// One invocation owns a 4 x 4 block of y: 4 consecutive rows, and 4 outputs WG_X apart (neighbouring lanes read
// neighbouring words of w). WG_X = 8, WG_Y = 1 keeps the row addresses uniform on software adapters; 8 x 8 suits a GPU.
// Eight words a step go through full adders (include/carry_save), which needs about a fifth of the popcounts: meant for
// GPUs, where popcount runs at a quarter of the rate of logic; costs some 100 registers. Missing words count as 0.
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

// Four weight words, 0 beyond the row. The first word of eight is never beyond it, so it is read without these.
fn weights(word: u32, columns: vec4<u32>) -> vec4<u32> {
  let at = columns + min(word, params.words - 1) * params.outputs;
  return select(vec4<u32>(), vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]), word < params.words);
}

fn activations(row: u32, word: u32) -> vec4<u32> {
  return vec4<u32>(select(0u, a[row + min(word, params.words - 1)], word < params.words));
}

fn presence(row: u32, word: u32) -> u32 {
  return present_within(word < params.words, row + min(word, params.words - 1));
}

// Counts the mismatches of one row in the eight words from `word` on; returns how many of their inputs are present.
fn feed_row(sum: ptr<function, Sum>, row: u32, word: u32, v0: vec4<u32>, v1: vec4<u32>, v2: vec4<u32>, v3: vec4<u32>,
            v4: vec4<u32>, v5: vec4<u32>, v6: vec4<u32>, v7: vec4<u32>) -> u32 {
  let p0 = present_at(row + word);
  let p1 = presence(row, word + 1);
  let p2 = presence(row, word + 2);
  let p3 = presence(row, word + 3);
  let p4 = presence(row, word + 4);
  let p5 = presence(row, word + 5);
  let p6 = presence(row, word + 6);
  let p7 = presence(row, word + 7);
  feed(
    sum,
    bits_present(v0 ^ vec4<u32>(a[row + word]), p0),
    bits_present(v1 ^ activations(row, word + 1), p1),
    bits_present(v2 ^ activations(row, word + 2), p2),
    bits_present(v3 ^ activations(row, word + 3), p3),
    bits_present(v4 ^ activations(row, word + 4), p4),
    bits_present(v5 ^ activations(row, word + 5), p5),
    bits_present(v6 ^ activations(row, word + 6), p6),
    bits_present(v7 ^ activations(row, word + 7), p7),
  );
  return countOneBits(p0) + countOneBits(p1) + countOneBits(p2) + countOneBits(p3) + countOneBits(p4) + countOneBits(p5) + countOneBits(p6) + countOneBits(p7);
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.outputs) { return; }
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1)) * params.words;
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var present = vec4<u32>();
  var c0 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  var c1 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  var c2 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  var c3 = Sum(vec4<u32>(), vec4<u32>(), vec4<u32>(), vec4<u32>());
  for (var i = 0u; i < params.words; i += 8) {
    let at = columns + i * params.outputs;
    let v0 = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
    let v1 = weights(i + 1, columns);
    let v2 = weights(i + 2, columns);
    let v3 = weights(i + 3, columns);
    let v4 = weights(i + 4, columns);
    let v5 = weights(i + 5, columns);
    let v6 = weights(i + 6, columns);
    let v7 = weights(i + 7, columns);
    present.x += feed_row(&c0, rows.x, i, v0, v1, v2, v3, v4, v5, v6, v7);
    present.y += feed_row(&c1, rows.y, i, v0, v1, v2, v3, v4, v5, v6, v7);
    present.z += feed_row(&c2, rows.z, i, v0, v1, v2, v3, v4, v5, v6, v7);
    present.w += feed_row(&c3, rows.w, i, v0, v1, v2, v3, v4, v5, v6, v7);
  }
  write_row(m, n, present.x, counted(c0));
  write_row(m + 1, n, present.y, counted(c1));
  write_row(m + 2, n, present.z, counted(c2));
  write_row(m + 3, n, present.w, counted(c3));
}
