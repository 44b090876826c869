// signs[k][n] = +1 where latent[k][n] >= 0, else -1, as float32: bit weights for a product whose input is real.
// latent, signs: [depth][outputs] f32. One invocation owns one value.
// dispatch: x = ceil(outputs / 8), y = ceil(depth / 8)

struct Params {
  depth: u32,
  outputs: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> latent: array<f32>;
@group(0) @binding(2) var<storage, read_write> signs: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.outputs || id.y >= params.depth) { return; }
  let at = id.y * params.outputs + id.x;
  signs[at] = select(-1.0, 1.0, latent[at] >= 0);
}
