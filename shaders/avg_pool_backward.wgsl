// include: pool
// dx[i][c] = sum of g[o][c] / (positions under window o) over the windows o that hold input i (f32).
// g: [rows][channels] f32; dx: [input rows][channels] f32. One invocation owns one value of dx; windows increase.
// dispatch: x = ceil(channels / 8), y = ceil(images * height * width / 8)
// split: images of g, dx

@group(0) @binding(1) var<storage, read> g: array<f32>;
@group(0) @binding(2) var<storage, read_write> dx: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.images * params.height * params.width) { return; }
  let area = windows_with(id.y);
  var sum = 0.0;
  for (var oy = area.top; oy < area.bottom; oy++) {
    for (var ox = area.left; ox < area.right; ox++) {
      let output = output_at(area, oy, ox);
      let held = window_of(output);
      sum += g[output * params.channels + id.x] / f32((held.bottom - held.top) * (held.right - held.left));
    }
  }
  dx[id.y * params.channels + id.x] = sum;
}
