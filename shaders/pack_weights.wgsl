// packed[word][n] bit j = latent[32 * word + j][n] >= 0: bit weights from latent ones. Tail bits are 0.
// latent: [depth][outputs] f32; packed: [words][outputs] u32. One invocation owns one word.
// dispatch: x = ceil(outputs / 64), y = words

struct Params {
  outputs: u32,
  depth: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  let last = min(32u, params.depth - 32 * id.y);
  var word = 0u;
  for (var j = 0u; j < last; j++) {
    word |= select(0u, 1u << j, latent[(32 * id.y + j) * params.outputs + id.x] >= 0);
  }
  packed[id.y * params.outputs + id.x] = word;
}
