// Bits first .. first + channels - 1 of y[m] = the bits of x[m]: one branch of a concatenation. Every branch has a launch of its own, in
// order of `first`: what stands below `first` in a shared word stays, all above it becomes 0. FILL: ones instead of x (bound
// but not read), the presence of a branch in which nothing is absent.
// x: [rows][ceil(channels / 32)]; y: [rows][ceil(outputs / 32)]. One invocation owns one word of y that the branch touches.
// dispatch: x = ceil((channels + 31) / 256), y = ceil(rows / 8)
// split: rows of x, y

override FILL: bool = false;

struct Params {
  rows: u32,
  channels: u32,
  outputs: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

// Word `i` of the branch's bits of a row; 0 past its end.
fn source(row: u32, i: u32) -> u32 {
  let words = (params.channels + 31) / 32;
  if (i >= words) { return 0; }
  if (!FILL) { return x[row * words + i]; }
  let left = params.channels - 32 * i;
  return select((1u << left) - 1, 0xffffffffu, left >= 32);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let word = params.first / 32 + id.x;
  if (32 * word >= params.first + params.channels || id.y >= params.rows) { return; }
  let at = id.y * ((params.outputs + 31) / 32) + word;
  let shift = params.first & 31;
  if (shift == 0) {
    y[at] = source(id.y, id.x);
  } else if (id.x == 0) {
    y[at] = (y[at] & ((1u << shift) - 1)) | (source(id.y, 0) << shift);
  } else {
    y[at] = (source(id.y, id.x - 1) >> (32 - shift)) | (source(id.y, id.x) << shift);
  }
}
