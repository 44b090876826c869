// include: tanh
// g <- g (1 - tanh(w)^2) / max |tanh(w)|, in place: back through quantise_weights.wgsl, the rounding straight through and the
// maximum held fixed. latent, gradient: [depth][outputs] f32; largest: [1]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(depth / 8)
// split: depth of latent, gradient

struct Params {
  depth: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<f32>;
@group(0) @binding(2) var<storage, read> largest: array<f32>;
@group(0) @binding(3) var<storage, read_write> gradient: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.depth) { return; }
  let at = id.y * params.outputs + id.x;
  let t = accurate_tanh(latent[at]);
  gradient[at] *= (1 - t * t) / max(accurate_tanh(largest[0]), 1e-30);
}
