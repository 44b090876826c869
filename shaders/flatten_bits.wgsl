// y[m] = the bits of all positions of image m one behind the other: a picture whose channels do not fill whole words, as a vector.
// x: [rows * positions][ceil(channels / 32)]; y: [rows][ceil(positions * channels / 32)]. Tail bits are 0.
// One invocation owns one word of y.
// dispatch: x = ceil(positions * channels / 256), y = ceil(rows / 8)
// split: rows of x, y

struct Params {
  rows: u32,
  positions: u32,
  channels: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let outputs = params.positions * params.channels;
  if (32 * id.x >= outputs || id.y >= params.rows) { return; }
  let words = (params.channels + 31) / 32;
  let last = min(32u, outputs - 32 * id.x);
  var word = 0u;
  for (var j = 0u; j < last; j++) {
    let k = 32 * id.x + j;
    let c = k % params.channels;
    word |= ((x[(id.y * params.positions + k / params.channels) * words + (c >> 5)] >> (c & 31)) & 1) << j;
  }
  y[id.y * ((outputs + 31) / 32) + id.x] = word;
}
