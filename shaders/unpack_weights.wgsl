// include: taps
// include: bits
// signs[k][n] = +1 where the bit of input k and output n is set, else -1, as float32: bit weights for a product whose input is real.
// packed: [words][outputs] u32; signs: [depth][outputs] f32. One invocation owns the inputs of one word.
// dispatch: x = ceil(outputs / 64), y = words
// split: depth of packed, signs

struct Params {
  outputs: u32,
  words: u32,
  channels: u32, // inputs that share words: those of one tap of a convolution, else all
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> packed: array<u32>;
@group(0) @binding(2) var<storage, read_write> signs: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  let owned = owned_inputs(id.y);
  let word = packed[id.y * params.outputs + id.x];
  for (var j = 0u; j < owned.y; j++) { signs[(owned.x + j) * params.outputs + id.x] = sign_of(word, j); }
}
