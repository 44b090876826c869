// include: bits
// y[m][n] = scale * (+1 or -1), or 0 where absent: bits as float32, for layers with real weights.
// bits, presence: [rows][words]; y: [rows][outputs]. PRESENCE off: presence is bound but not read. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of bits, presence, y

override PRESENCE: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> bits: array<u32>;
@group(0) @binding(2) var<storage, read> presence: array<u32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs || id.y >= params.rows) { return; }
  let at = id.y * params.words + (n >> 5);
  var value = params.scale * sign_of(bits[at], n & 31);
  if (PRESENCE) { value = select(0.0, value, ((presence[at] >> (n & 31)) & 1) == 1); }
  y[id.y * params.outputs + n] = value;
}
