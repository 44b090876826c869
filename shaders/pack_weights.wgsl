// include: taps
// packed[word][n] bit j = latent[k + j][n] >= 0, k the word's first input: bit weights from latent ones. Tail bits are 0.
// latent: [depth][outputs] f32; packed: [words][outputs] u32. One invocation owns one word.
// dispatch: x = ceil(outputs / 64), y = words
// split: depth of latent, packed

struct Params {
  outputs: u32,
  depth: u32,
  words: u32,
  channels: u32, // inputs that share words: those of one tap of a convolution, else all
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  let owned = owned_inputs(id.y);
  var word = 0u;
  for (var j = 0u; j < owned.y; j++) {
    word |= select(0u, 1u << j, latent[(owned.x + j) * params.outputs + id.x] >= 0);
  }
  packed[id.y * params.outputs + id.x] = word;
}
