// include: sum_keys
// Signs by bounds of the sums, as a packed model decides: bits[m][word] bit j = low <= key(sum) <= high of channel 32 * word + j, no
// float32 arithmetic at all. ZERO: presence bit j = 0 where the sum lies within the bounds of 0; else presence gets the bits (unused).
// sums: [rows][outputs]; bounds: [4][outputs] from fold_thresholds; bits, presence: [rows][words]. Tail bits are 0.
// One invocation owns one word of one row.
// dispatch: x = ceil(words / WG_X), y = ceil(rows / WG_Y)
// split: rows of sums, bits, presence

override WG_X: u32 = 8;
override WG_Y: u32 = 8;
override ZERO: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> bounds: array<i32>;
@group(0) @binding(3) var<storage, read_write> bits: array<u32>;
@group(0) @binding(4) var<storage, read_write> presence: array<u32>;

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.rows) { return; }
  let at = id.y * params.words + id.x;
  let last = min(32u, params.outputs - 32 * id.x);
  var word = 0u;
  var present = 0u;
  for (var j = 0u; j < last; j++) {
    let n = 32 * id.x + j;
    let key = key_of(sums[id.y * params.outputs + n]);
    word |= select(0u, 1u << j, (key >= bounds[n]) & (key <= bounds[params.outputs + n]));
    if (ZERO) {
      let zero = (key >= bounds[2 * params.outputs + n]) & (key <= bounds[3 * params.outputs + n]);
      present |= select(1u << j, 0u, zero);
    }
  }
  bits[at] = word;
  presence[at] = select(word, present, ZERO);
}
