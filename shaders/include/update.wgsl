// include: step
// include: health
// include: taps
// The part that all optimizers share. An optimizer file defines
//   fn change(index: u32, g: f32) -> f32
// which moves its own state and returns what to add to parameter `index`, before the layer's factor.
// One invocation owns 32 consecutive inputs of one output, so that with PACK it writes one word of bit weights
// (pack_weights.wgsl) without a second pass. CLIP keeps parameters in [-1, 1].
override CLIP: bool = false;
override PACK: bool = false;

struct Params {
  outputs: u32,
  depth: u32,
  words: u32,
  channels: u32, // inputs that share words: those of one tap of a convolution, else all
  factor: f32,
  place: u32,
  first: f32,  // beta1, momentum, or Bop's threshold
  second: f32, // beta2
  epsilon: f32,
  decay: f32,  // weight decay: this share of the parameter joins its gradient
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read> gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> parameter: array<f32>;
@group(0) @binding(4) var<storage, read_write> packed: array<u32>;
@group(0) @binding(5) var<storage, read_write> health: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs) { return; }
  let owned = owned_inputs(id.y);
  var word = 0u;
  var sound = true;
  for (var j = 0u; j < owned.y; j++) {
    let index = (owned.x + j) * params.outputs + id.x;
    let g = fma(params.decay, parameter[index], gradient[index]);
    var value = fma(params.factor, change(index, g), parameter[index]);
    sound = sound && finite(g) && finite(value);
    if (CLIP) { value = clamp(value, -1.0, 1.0); }
    parameter[index] = value;
    word |= select(0u, 1u << j, value >= 0);
  }
  if (PACK) { packed[id.y * params.outputs + id.x] = word; }
  if (!sound && health[params.place] == 0) { health[params.place] = step.step; }
}
