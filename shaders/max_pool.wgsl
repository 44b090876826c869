// include: pool
// y[m][c] = the largest of s over the window of output row m: max-pooling of sums, before batch normalisation. The values keep their
// kind: INTEGER i32, else f32.
// s: [input rows][channels]; y: [rows][channels]. One invocation owns one value.
// dispatch: x = ceil(channels / 8), y = ceil(rows / 8)

override INTEGER: bool = false;

@group(0) @binding(1) var<storage, read> s: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

fn larger(a: u32, b: u32) -> bool {
  if (INTEGER) { return bitcast<i32>(a) > bitcast<i32>(b); }
  return bitcast<f32>(a) > bitcast<f32>(b);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.channels || id.y >= params.rows) { return; }
  let area = window_of(id.y);
  var best = s[input_at(area, area.top, area.left) * params.channels + id.x];
  for (var iy = area.top; iy < area.bottom; iy++) {
    for (var ix = area.left; ix < area.right; ix++) {
      let value = s[input_at(area, iy, ix) * params.channels + id.x];
      if (larger(value, best)) { best = value; }
    }
  }
  y[id.y * params.channels + id.x] = best;
}
