// include: presence
// planes[m][word][b] bit j = bit b of pixel 32 * word + j of row m: 8-bit pixels to 8 bit planes. With MASKED absent pixels are 0.
// pixels: [rows][ceil(depth/4)] u32, four pixels a word, little endian, pad bytes 0; planes: [rows][words][8] u32
// (tail bits 0). mask: [rows][words] u32 (include/presence). One invocation owns the 8 planes of one word of one row.
// dispatch: x = ceil(words / 8), y = ceil(rows / 8)
// split: rows of pixels, planes, mask

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
  words: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read_write> planes: array<u32>;

// Bit b of the four bytes of `pixel`, as 4 bits: the multiplication adds four shifted copies whose bits never meet.
fn nibble(pixel: u32, b: u32) -> u32 {
  return ((((pixel >> b) & 0x01010101u) * 0x01020408u) >> 24) & 15u;
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.y >= params.rows || id.x >= params.words) { return; }
  let row_words = (params.depth + 3) / 4;
  let first = id.y * row_words + 8 * id.x;
  let count = min(8u, row_words - 8 * id.x);
  var low = vec4<u32>();
  var high = vec4<u32>();
  for (var q = 0u; q < count; q++) {
    let pixel = pixels[first + q];
    low |= vec4<u32>(nibble(pixel, 0), nibble(pixel, 1), nibble(pixel, 2), nibble(pixel, 3)) << vec4<u32>(4 * q);
    high |= vec4<u32>(nibble(pixel, 4), nibble(pixel, 5), nibble(pixel, 6), nibble(pixel, 7)) << vec4<u32>(4 * q);
  }
  let present = present_at(id.y * params.words + id.x);
  low = bits_present(low, present);
  high = bits_present(high, present);
  let at = (id.y * params.words + id.x) * 8;
  planes[at] = low.x;
  planes[at + 1] = low.y;
  planes[at + 2] = low.z;
  planes[at + 3] = low.w;
  planes[at + 4] = high.x;
  planes[at + 5] = high.y;
  planes[at + 6] = high.z;
  planes[at + 7] = high.w;
}
