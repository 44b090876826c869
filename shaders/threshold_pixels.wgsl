// bits[m][word] bit j = table[pixel of channel 32 * word + j at position m]: each 8-bit pixel as +1 (1) or -1 (0). Tail bits are 0.
// pixels: [images][ceil(positions * channels / 4)], four a word, little endian; table: [256] of 0 and 1; bits: [rows][words], a row
// for every position of every image. One invocation owns one word.
// dispatch: x = ceil(words / 8), y = ceil(rows / 8)
// split: none

struct Params {
  rows: u32,
  positions: u32,
  channels: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> table: array<u32>;
@group(0) @binding(3) var<storage, read_write> bits: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.rows) { return; }
  let image = id.y / params.positions;
  let image_words = (params.positions * params.channels + 3) / 4;
  let first = (id.y % params.positions) * params.channels + 32 * id.x;
  var word = 0u;
  for (var j = 0u; j < min(32u, params.channels - 32 * id.x); j++) {
    let byte = first + j;
    let pixel = (pixels[image * image_words + (byte >> 2)] >> (8 * (byte & 3))) & 255;
    word |= table[pixel] << j;
  }
  bits[id.y * params.words + id.x] = word;
}
