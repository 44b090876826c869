// y[m][c] = x[m][first + c]: some columns, such as the part of a gradient that belongs to one branch of a concatenation, as 32-bit
// values of any kind.
// x: [rows][outputs]; y: [rows][channels]. One invocation owns one value.
// dispatch: x = ceil(channels / 8), y = ceil(rows / 8)
// split: rows of x, y

struct Params {
  rows: u32,
  channels: u32,
  outputs: u32,
  first: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.rows) { return; }
  y[id.y * params.channels + id.x] = x[id.y * params.outputs + params.first + id.x];
}
