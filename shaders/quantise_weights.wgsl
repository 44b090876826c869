// include: tanh
// q = 2 round(levels * (tanh(w) / (2 max |tanh(w)|) + 1/2)) / levels - 1: weights of k bits, levels = 2^k - 1 (DoReFa-Net, Zhou et al.
// 2016, equation 9). largest: max |w| over the layer, which has the largest tanh too. All 0: half of the levels.
// latent, q: [depth][outputs] f32; largest: [1]. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(depth / 8)
// split: depth of latent, q

struct Params {
  depth: u32,
  outputs: u32,
  levels: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<f32>;
@group(0) @binding(2) var<storage, read> largest: array<f32>;
@group(0) @binding(3) var<storage, read_write> q: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.depth) { return; }
  let at = id.y * params.outputs + id.x;
  let most = max(accurate_tanh(largest[0]), 1e-30);
  let level = round(params.levels * (0.5 * (accurate_tanh(latent[at]) / most) + 0.5));
  q[at] = 2 * (level / params.levels) - 1;
}
