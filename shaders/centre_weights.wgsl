// Subtracts from latent weights their mean over the input channels, tap by tap and filter by filter, in place, then (CLIP) keeps
// them in [-1, 1], and (PACK) packs their signs (pack_weights.wgsl). Follows the optimizer, whose own clip and packing are off.
// parameter: [taps * channels][outputs] f32; packed: [taps * words of a tap][outputs]. One invocation owns one tap of one filter.
// dispatch: x = ceil(outputs / 64), y = taps
// split: none

override CLIP: bool = false;
override PACK: bool = false;

struct Params {
  outputs: u32,
  channels: u32,
  taps: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read_write> parameter: array<f32>;
@group(0) @binding(2) var<storage, read_write> packed: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  let first = id.y * params.channels * params.outputs + id.x;
  var sum = 0.0;
  for (var c = 0u; c < params.channels; c++) { sum += parameter[first + c * params.outputs]; }
  let mean = sum / f32(params.channels);
  let words = (params.channels + 31) / 32;
  var word = 0u;
  for (var c = 0u; c < params.channels; c++) {
    let at = first + c * params.outputs;
    var value = parameter[at] - mean;
    if (CLIP) { value = clamp(value, -1.0, 1.0); }
    parameter[at] = value;
    word = select(word, 0u, (c & 31) == 0) | select(0u, 1u << (c & 31), value >= 0);
    if (PACK && ((c & 31) == 31 || c + 1 == params.channels)) {
      packed[(id.y * words + c / 32) * params.outputs + id.x] = word;
    }
  }
}
