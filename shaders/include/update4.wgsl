// include: step
// include: health
// include: taps
// update.wgsl for four neighbouring outputs at a time, where their number is a multiple of four: the same arithmetic, so the
// same bits, with a quarter of the loads and stores (2026-11-23, lavapipe, 2048 x 2048, Adam: 1.6 times faster).
// An optimizer file defines
//   fn change(index: u32, g: vec4<f32>) -> vec4<f32>
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
@group(0) @binding(2) var<storage, read> gradient: array<vec4<f32>>;
@group(0) @binding(3) var<storage, read_write> parameter: array<vec4<f32>>;
@group(0) @binding(4) var<storage, read_write> packed: array<vec4<u32>>;
@group(0) @binding(5) var<storage, read_write> health: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let quarter = params.outputs / 4;
  if (id.x >= quarter) { return; }
  let owned = owned_inputs(id.y);
  var word = vec4<u32>();
  var sound = true;
  for (var j = 0u; j < owned.y; j++) {
    let index = (owned.x + j) * quarter + id.x;
    let g = fma(vec4<f32>(params.decay), parameter[index], gradient[index]);
    var value = fma(vec4<f32>(params.factor), change(index, g), parameter[index]);
    sound = sound && all_finite(g) && all_finite(value);
    if (CLIP) { value = clamp(value, vec4<f32>(-1.0), vec4<f32>(1.0)); }
    parameter[index] = value;
    word |= select(vec4<u32>(), vec4<u32>(1u << j), value >= vec4<f32>());
  }
  if (PACK) { packed[id.y * quarter + id.x] = word; }
  if (!sound && health[params.place] == 0) { health[params.place] = step.step; }
}
