// include: step
// include: value
// include: threefry
// Bits of a (normalised) sum y: bits[m][word] bit j = y >= 0 for channel 32 * word + j. With a straight-through estimator that passes or
// blocks, its mask comes with them (MASKS): gradient_mask bit j = |y| <= 1 (STRICT: |y| < 1). THRESHOLD: y less the channel's threshold in
// place of y. STOCHASTIC: bit = u < clip((y + 1) / 2, 0, 1). ZERO: presence bit j = y != 0 and the value 0 is "absent", as
// sign(0) = 0 in the Torch7 code; otherwise presence gets the value bits (unused).
// sums: [rows][outputs]; statistics: [2][outputs]; threshold: [outputs]; bits, gradient_mask, presence: [rows][words]. Tail bits are 0.
// MASKS off: gradient_mask is bound but not written.
// One invocation owns one word of one row, so words are written whole. Draws: counter ((row * words + word) * 16 + j / 2, step).
// dispatch: x = ceil(words / WG_X), y = ceil(rows / WG_Y)
// split: rows of sums, bits, gradient_mask, presence; from first_row

override WG_X: u32 = 8;
override WG_Y: u32 = 8;
override MASKS: bool = true;
override THRESHOLD: bool = false;
override STRICT: bool = false;
override STOCHASTIC: bool = false;
override ZERO: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  scale: f32,
  key0: u32,
  key1: u32,
  first_row: u32, // of this piece, where the launch is split
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> sums: array<u32>;
@group(0) @binding(3) var<storage, read> statistics: array<f32>;
@group(0) @binding(4) var<storage, read> gamma: array<f32>;
@group(0) @binding(5) var<storage, read> beta: array<f32>;
@group(0) @binding(6) var<storage, read> threshold: array<f32>;
@group(0) @binding(7) var<storage, read_write> bits: array<u32>;
@group(0) @binding(8) var<storage, read_write> gradient_mask: array<u32>;
@group(0) @binding(9) var<storage, read_write> presence: array<u32>;

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.rows) { return; }
  let at = id.y * params.words + id.x;
  let last = min(32u, params.outputs - 32 * id.x);
  var word = 0u;
  var passes = 0u;
  var present = 0u;
  var draws = vec2<u32>();
  for (var j = 0u; j < last; j++) {
    let n = 32 * id.x + j;
    var y = value_at(id.y, n);
    if (THRESHOLD) { y -= threshold[n]; }
    var plus = y >= 0;
    if (STOCHASTIC) {
      if ((j & 1) == 0) { draws = threefry(vec2<u32>(params.key0, params.key1), vec2<u32>(((params.first_row + id.y) * params.words + id.x) * 16 + (j >> 1), step.step)); }
      plus = unit_float(select(draws.x, draws.y, (j & 1) == 1)) < clamp((y + 1) * 0.5, 0.0, 1.0);
    }
    let inside = select(abs(y) <= 1, abs(y) < 1, STRICT);
    word |= select(0u, 1u << j, plus);
    passes |= select(0u, 1u << j, inside);
    present |= select(0u, 1u << j, STOCHASTIC || y != 0);
  }
  bits[at] = word;
  if (MASKS) { gradient_mask[at] = passes; }
  presence[at] = select(word, present, ZERO);
}
