// The gradient of latent weights from that of the weights that the product used, in place (bnn-spec section 4):
// g <- factor * ((alpha * mask + constant) * g + sign(W) * share * signed[n]), each part only where its override asks for it.
// ALPHA: alpha = share * magnitudes[n], else 1. MASK 1: |W| <= 1, 2: |W| < 1, 0: no mask. CORRECTED: the derivative of alpha,
// signed[n] = sum over the filter of g * sign(W). latent, gradient: [depth][outputs]; magnitudes, signed: [outputs], all f32.
// One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(depth / 8)
// split: depth of latent, gradient

override ALPHA: bool = false;
override MASK: u32 = 0;
override CORRECTED: bool = false;

struct Params {
  depth: u32,
  outputs: u32,
  share: f32,    // 1 / weights of a filter
  constant: f32,
  factor: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<f32>;
@group(0) @binding(2) var<storage, read> magnitudes: array<f32>;
@group(0) @binding(3) var<storage, read> signed: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.depth) { return; }
  let at = id.y * params.outputs + id.x;
  let w = latent[at];
  let passes = MASK == 0 || (MASK == 1 && abs(w) <= 1) || (MASK == 2 && abs(w) < 1);
  var slope = select(0.0, 1.0, passes);
  if (ALPHA) { slope *= params.share * magnitudes[id.x]; }
  var value = (slope + params.constant) * gradient[at];
  if (CORRECTED) { value += select(-1.0, 1.0, w >= 0) * (params.share * signed[id.x]); }
  gradient[at] = params.factor * value;
}
