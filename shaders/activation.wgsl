// include: value
// Real activations of a (normalised) sum x whose slope is 0 or 1, with the mask of their gradient as bits: KIND 0, relu:
// y = max(x, 0), mask x > 0; 1, hardTanh: y = clip(x, -1, 1), mask -1 < x < 1; 2, clip01: y = clip(x, 0, 1), mask 0 <= x <= 1.
// sums: [rows][outputs]; statistics: [2][outputs]; y: [rows][outputs]; gradient_mask: [rows][words], tail bits 0.
// One invocation owns one word of one row.
// dispatch: x = ceil(words / 8), y = ceil(rows / 8)
// split: rows of sums, y, gradient_mask

override KIND: u32 = 0;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  scale: f32,
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
    let at = id.y * params.outputs + n;
    let x = value_at(id.y, n);
    switch (KIND) {
      case 1: {
        y[at] = clamp(x, -1.0, 1.0);
        passes |= select(0u, 1u << j, x > -1 && x < 1);
      }
      case 2: {
        y[at] = clamp(x, 0.0, 1.0);
        passes |= select(0u, 1u << j, x >= 0 && x <= 1);
      }
      default: {
        y[at] = max(x, 0.0);
        passes |= select(0u, 1u << j, x > 0);
      }
    }
  }
  gradient_mask[id.y * params.words + id.x] = passes;
}
