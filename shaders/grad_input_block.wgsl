// include: bits
// dx[m][k] = sum_n g[m][n] * w(k,n)  (f32), n increasing: the gradient to the input of a layer with bit weights.
// g: [rows][outputs] f32; w: [words][outputs] u32; dx: [rows][depth] f32.
// Lane = input channel: an invocation owns 4 rows x 4 channels of one word (bits lane, lane + 8, + 16, + 24), so both
// the word of w and the values of g are uniform over the lanes, and no transposed or float copy of w exists.
// WG_Y = 1 on software adapters (uniform row addresses), 8 on a GPU.
// dispatch: x = words, y = ceil(rows / (4 * WG_Y))
// split: rows of g, dx

override WG_Y: u32 = 1;

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read> w: array<u32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

fn write_row(row: u32, k: vec4<u32>, value: vec4<f32>) {
  if (row >= params.rows) { return; }
  let base = row * params.depth;
  if (k.x < params.depth) { dx[base + k.x] = value.x; }
  if (k.y < params.depth) { dx[base + k.y] = value.y; }
  if (k.z < params.depth) { dx[base + k.z] = value.z; }
  if (k.w < params.depth) { dx[base + k.w] = value.w; }
}

@compute @workgroup_size(8, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let m = (group.y * WG_Y + local.y) * 4;
  let bit = vec4<u32>(local.x) + vec4<u32>(0, 8, 16, 24);
  if (m >= params.rows) { return; }
  let rows = min(vec4<u32>(m) + vec4<u32>(0, 1, 2, 3), vec4<u32>(params.rows - 1)) * params.outputs;
  let words = group.x * params.outputs;
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  for (var n = 0u; n < params.outputs; n++) {
    let sign = signs_at(w[words + n], bit);
    s0 = fma(vec4<f32>(g[rows.x + n]), sign, s0);
    s1 = fma(vec4<f32>(g[rows.y + n]), sign, s1);
    s2 = fma(vec4<f32>(g[rows.z + n]), sign, s2);
    s3 = fma(vec4<f32>(g[rows.w + n]), sign, s3);
  }
  let k = bit + group.x * 32;
  write_row(m + 0, k, s0);
  write_row(m + 1, k, s1);
  write_row(m + 2, k, s2);
  write_row(m + 3, k, s3);
}
