// include: first_largest
// winners[m][c] = the place within its image of the first of the largest under the window of output row m (u32), for
// max_pool_backward.
// s: [input rows][channels], INTEGER i32, else f32. One invocation owns a channel of a line of the output.
// dispatch: x = ceil(channels / 8), y = ceil(images * out_height / 8)
// split: images of s, winners

@group(0) @binding(2) var<storage, read_write> winners: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.images * params.out_height) { return; }
  let image = id.y / params.out_height;
  let oy = id.y % params.out_height;
  for (var ox = 0u; ox < params.out_width; ox++) {
    winners[(id.y * params.out_width + ox) * params.channels + id.x] = first_largest(window_at(image, oy, ox), id.x).row - image * params.height * params.width;
  }
}
