// include: presence
// y[m][n] = scale * sum_k pixel[m][k] * w(k,n) + offset * sum_k w(k,n)  (f32): the first layer by bit planes.
// With MASKED both sums run over the inputs present; mask: [rows][words] u32 (include/presence).
// planes: [rows][words][8] u32 from pack_planes (plane b = bit b of every pixel, tail bits and absent pixels 0);
// w: [words][outputs] u32; y: [rows][outputs] f32.
// A plane p is 0/1, so p . w = 2 * popcount(p & w) - popcount(p); the pixel sum is 2^b-weighted over the 8 planes
// (bnn-spec 1.5). All sums are exact integers; the last expression is that of pixel_gemm_float_*.
// One invocation owns 2 rows x 4 outputs that lie WG_X apart.
// dispatch: x = ceil(outputs / (4 * WG_X)), y = ceil(rows / (2 * WG_Y))
// split: rows of planes, mask, y

override WG_X: u32 = 8;
override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
  scale: f32,
  offset: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> planes: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> w: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<f32>;

// positive: how many weights of +1 the inputs present meet; present: how many inputs those are.
fn write_row(row: u32, n: vec4<u32>, pixel_sum: vec4<i32>, positive: vec4<u32>, present: u32) {
  if (row >= params.rows) { return; }
  let sign_sum = vec4<f32>(2 * vec4<i32>(positive) - inputs_of_row(present));
  let value = fma(vec4<f32>(params.scale), vec4<f32>(pixel_sum), params.offset * sign_sum);
  let base = row * params.outputs;
  if (n.x < params.outputs) { y[base + n.x] = value.x; }
  if (n.y < params.outputs) { y[base + n.y] = value.y; }
  if (n.z < params.outputs) { y[base + n.z] = value.z; }
  if (n.w < params.outputs) { y[base + n.w] = value.w; }
}

// Sum over the planes of 2^b * popcount(plane_b & v), by Horner from the top plane.
fn weighted(at: u32, v: vec4<u32>) -> vec4<u32> {
  var sum = countOneBits(v & vec4<u32>(planes[at + 7]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at + 6]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at + 5]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at + 4]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at + 3]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at + 2]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at + 1]));
  sum = sum + sum + countOneBits(v & vec4<u32>(planes[at]));
  return sum;
}

// The same against all ones: the plain pixel sum of the word.
fn total(at: u32) -> u32 {
  var sum = countOneBits(planes[at + 7]);
  sum = sum + sum + countOneBits(planes[at + 6]);
  sum = sum + sum + countOneBits(planes[at + 5]);
  sum = sum + sum + countOneBits(planes[at + 4]);
  sum = sum + sum + countOneBits(planes[at + 3]);
  sum = sum + sum + countOneBits(planes[at + 2]);
  sum = sum + sum + countOneBits(planes[at + 1]);
  sum = sum + sum + countOneBits(planes[at]);
  return sum;
}

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 2;
  let n = vec4<u32>(group.x * 4 * WG_X + local.x) + vec4<u32>(0, 1, 2, 3) * WG_X;
  if (m >= params.rows || n.x >= params.outputs) { return; }
  let row = min(vec2<u32>(m, m + 1), vec2<u32>(params.rows - 1)) * params.words;
  let columns = min(n, vec4<u32>(params.outputs - 1));
  var s0 = vec4<u32>();
  var s1 = vec4<u32>();
  var all = vec2<u32>();
  var t0 = vec4<u32>();
  var t1 = vec4<u32>();
  var present = vec2<u32>();
  for (var i = 0u; i < params.words; i++) {
    let at = columns + i * params.outputs;
    let v = vec4<u32>(w[at.x], w[at.y], w[at.z], w[at.w]);
    let block = (row + i) * 8;
    s0 += weighted(block.x, v);
    s1 += weighted(block.y, v);
    all += vec2<u32>(total(block.x), total(block.y));
    let p = vec2<u32>(present_at(row.x + i), present_at(row.y + i));
    present += countOneBits(p);
    t0 += countOneBits(bits_present(v, p.x));
    if (MASKED) { t1 += countOneBits(v & vec4<u32>(p.y)); }
  }
  write_row(m + 0, n, 2 * vec4<i32>(s0) - i32(all.x), t0, present.x);
  write_row(m + 1, n, 2 * vec4<i32>(s1) - i32(all.y), select(t0, t1, MASKED), present.y);
}
