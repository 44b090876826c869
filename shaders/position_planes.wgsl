// include: conv
// planes[b][c * taps + t]: the bits of input map c that 32 output rows (block b) see at tap t, row 32 * b + i in bit
// i / 4 + 8 (i mod 4), so that shifts by 0 to 7 leave rows one after the other in the bytes; 0 outside the picture and past the last row. The depth is filled up with zeros to batches of 24: planes is [ceil(rows / 32)][24 * batches].
// a: [input rows][words]. One invocation owns 32 maps of a tap of a block: it turns a square of 32 x 32 bits.
// dispatch: x = ceil(rows / 256), y = kernel * kernel, z = words
// split: none

@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read_write> planes: array<u32>;

// Bit i of word k becomes bit k of word i (Warren, Hacker's Delight, 7-3): squares of `side` swap across the diagonal.
fn swap(square: ptr<function, array<u32, 32>>, side: u32, low: u32) {
  for (var i = 0u; i < 16; i++) {
    let k = ((i & ~(side - 1)) << 1) | (i & (side - 1));
    let t = (((*square)[k] >> side) ^ (*square)[k + side]) & low;
    (*square)[k] ^= t << side;
    (*square)[k + side] ^= t;
  }
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let block = id.x;
  if (32 * block >= params.rows) { return; }
  let taps = params.kernel * params.kernel;
  let tap = group.y;
  let j = group.z;
  var square = array<u32, 32>();
  var place = output_place(32 * block);
  for (var i = 0u; i < 32; i++) {
    let source = input_row(place, tap / params.kernel, tap % params.kernel);
    if (32 * block + i < params.rows && source != OUTSIDE) { square[(i >> 2) + 8 * (i & 3)] = a[source * params.words + j]; }
    place = next_place(place);
  }
  swap(&square, 16, 0x0000ffffu);
  swap(&square, 8, 0x00ff00ffu);
  swap(&square, 4, 0x0f0f0f0fu);
  swap(&square, 2, 0x33333333u);
  swap(&square, 1, 0x55555555u);
  let depth = taps * params.channels;
  let filled = (depth + 23) / 24 * 24;
  for (var c = 0u; c < 32; c++) {
    let map = 32 * j + c;
    if (map < params.channels) { planes[block * filled + map * taps + tap] = square[c]; }
  }
  if (tap == 0 && j == 0) {
    for (var d = depth; d < filled; d++) { planes[block * filled + d] = 0u; }
  }
}
