// include: pool
// dx[i][c] = sum of g[o][c] over the windows o that input i won (f32): the gradient of max-pooling goes to the first maximum in the
// order of taps, which max_pool_winners found again in the input, so nothing is kept for it.
// winners: [rows][channels] u32; g: [rows][channels] f32; dx: [input rows][channels] f32.
// One invocation owns a channel of a line of dx; windows increase.
// dispatch: x = ceil(channels / 8), y = ceil(images * height / 8)
// split: images of winners, g, dx

@group(0) @binding(1) var<storage, read> winners: array<u32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.images * params.height) { return; }
  let image = id.y / params.height;
  let y = id.y % params.height;
  for (var x = 0u; x < params.width; x++) {
    let area = windows_at(image, y, x);
    let row = id.y * params.width + x;
    var sum = 0.0;
    for (var oy = area.top; oy < area.bottom; oy++) {
      for (var ox = area.left; ox < area.right; ox++) {
        let at = output_at(area, oy, ox) * params.channels + id.x;
        if (winners[at] == y * params.width + x) { sum += g[at]; }
      }
    }
    dx[row * params.channels + id.x] = sum;
  }
}
