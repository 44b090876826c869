// include: first_largest
// max_pool_backward for windows that do not overlap (stride >= window): every input belongs to one output, so the invocation that
// owns a channel of a line of outputs finds each maximum once and writes all inputs up to the next window, g to the maximum and 0
// to the others.
// s: [input rows][channels]; g: [rows][channels] f32; dx: [input rows][channels] f32.
// dispatch: x = ceil(channels / 8), y = ceil(images * out_height / 8)
// split: images of s, g, dx

@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// Where the inputs of place `at` of `count` begin along a side; those of the last reach to the picture's end.
fn beginning(at: u32, count: u32, side: u32) -> u32 {
  if (at == 0) { return 0; }
  return select(at * params.stride - params.padding, side, at == count);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.images * params.out_height) { return; }
  let image = id.y / params.out_height;
  let oy = id.y % params.out_height;
  let top = beginning(oy, params.out_height, params.height);
  let bottom = beginning(oy + 1, params.out_height, params.height);
  var left = 0u;
  for (var ox = 0u; ox < params.out_width; ox++) {
    let winner = first_largest(window_at(image, oy, ox), id.x).row;
    let value = g[(id.y * params.out_width + ox) * params.channels + id.x];
    let right = beginning(ox + 1, params.out_width, params.width);
    for (var y = top; y < bottom; y++) {
      for (var x = left; x < right; x++) {
        let row = (image * params.height + y) * params.width + x;
        dx[row * params.channels + id.x] = select(0.0, value, row == winner);
      }
    }
    left = right;
  }
}
