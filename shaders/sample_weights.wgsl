// include: step
// include: taps
// include: threefry
// packed[word][n] bit j = u < clip((latent[k + j][n] + 1) / 2, 0, 1), k the word's first input: binary weights drawn anew at every
// step (BinaryConnect, Courbariaux et al. 2015, section 2.2). Tail bits are 0.
// latent: [depth][outputs] f32; packed: [words][outputs] u32. One invocation owns one word.
// Draws: counter ((word * outputs + n) * 16 + j / 2, step), as in sign_pack.
// dispatch: x = ceil(outputs / 64), y = words
// split: depth of latent, packed; from first_word

struct Params {
  outputs: u32,
  words: u32,
  channels: u32, // inputs that share words: those of one tap of a convolution, else all
  key0: u32,
  key1: u32,
  first_word: u32, // of this piece, where the launch is split
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> latent: array<f32>;
@group(0) @binding(3) var<storage, read_write> packed: array<u32>;

fn drawn(u: u32, w: f32) -> bool { return unit_float(u) < clamp((w + 1) * 0.5, 0.0, 1.0); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  let owned = owned_inputs(id.y);
  let at = id.y * params.outputs + id.x;
  var word = 0u;
  for (var j = 0u; j < owned.y; j += 2) {
    let draws = threefry(vec2<u32>(params.key0, params.key1), vec2<u32>((at + params.first_word * params.outputs) * 16 + (j >> 1), step.step));
    let first = (owned.x + j) * params.outputs + id.x;
    word |= select(0u, 1u << j, drawn(draws.x, latent[first]));
    if (j + 1 < owned.y) { word |= select(0u, 2u << j, drawn(draws.y, latent[first + params.outputs])); }
  }
  packed[at] = word;
}
