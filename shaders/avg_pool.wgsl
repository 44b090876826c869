// include: pool
// y[m][c] = the mean of x over the window of output row m (f32), over the positions inside the picture.
// x: [input rows][channels] f32; y: [rows][channels] f32. One invocation owns one value and adds positions in order.
// dispatch: x = ceil(channels / 8), y = ceil(rows / 8)
// split: images of x, y

@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.rows) { return; }
  let area = window_of(id.y);
  var sum = 0.0;
  for (var iy = area.top; iy < area.bottom; iy++) {
    for (var ix = area.left; ix < area.right; ix++) { sum += x[input_at(area, iy, ix) * params.channels + id.x]; }
  }
  y[id.y * params.channels + id.x] = sum / f32((area.bottom - area.top) * (area.right - area.left));
}
