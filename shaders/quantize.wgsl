// include: value
// k bits of a (normalised) sum x: y = round(levels * clip(x, 0, 1)) * spacing with levels = 2^k - 1 and spacing = 1 / levels, a half to the
// even neighbour, and the mask of the gradient as bits: 0 <= x <= 1 (Zhou et al. 2016, DoReFa-Net).
// sums: [rows][outputs]; statistics: [2][outputs]; y: [rows][outputs]; gradient_mask: [rows][words], tail bits 0.
// One invocation owns one word of one row.
// dispatch: x = ceil(words / 8), y = ceil(rows / 8)
// split: rows of sums, y, gradient_mask

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  scale: f32,
  levels: f32,
  spacing: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read_write> gradient_mask: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.rows) { return; }
  let last = min(32u, params.outputs - 32 * id.x);
  var passes = 0u;
  for (var j = 0u; j < last; j++) {
    let n = 32 * id.x + j;
    let x = value_at(id.y, n);
    y[id.y * params.outputs + n] = round(params.levels * clamp(x, 0.0, 1.0)) * params.spacing;
    passes |= select(0u, 1u << j, x >= 0 && x <= 1);
  }
  gradient_mask[id.y * params.words + id.x] = passes;
}
