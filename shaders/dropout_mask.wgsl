// include: step
// include: threefry
// presence[m][word] bit j = u >= rate for channel 32 * word + j: which values dropout keeps at this step. Tail bits are 0.
// One invocation owns one word of one row. Draws: counter ((row * words + word) * 16 + j / 2, step), as in sign_pack.
// dispatch: x = ceil(words / 8), y = ceil(rows / 8)
// split: rows of presence; from first_row

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  rate: f32,
  key0: u32,
  key1: u32,
  first_row: u32, // of this piece, where the launch is split
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> presence: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.rows) { return; }
  let at = id.y * params.words + id.x;
  let last = min(32u, params.outputs - 32 * id.x);
  var word = 0u;
  for (var j = 0u; j < last; j += 2) {
    let draws = threefry(vec2<u32>(params.key0, params.key1), vec2<u32>(((params.first_row + id.y) * params.words + id.x) * 16 + (j >> 1), step.step));
    word |= select(0u, 1u << j, unit_float(draws.x) >= params.rate);
    word |= select(0u, 2u << j, unit_float(draws.y) >= params.rate && j + 1 < last);
  }
  presence[at] = word;
}
