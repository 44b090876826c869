// y[last - tap][n][k] = b[tap][k][n]: the weights with which a convolution of stride 1 carries gradients back to its input, turned by
// 180 degrees and with inputs and outputs exchanged (f32). b: [taps][channels][outputs]; y: [taps][outputs][channels].
// One invocation owns one value.
// split: none
// dispatch: x = ceil(channels / 8), y = ceil(outputs / 8), z = taps

struct Params {
  taps: u32,
  channels: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.outputs) { return; }
  y[((params.taps - 1 - id.z) * params.outputs + id.y) * params.channels + id.x] = b[(id.z * params.channels + id.x) * params.outputs + id.y];
}
