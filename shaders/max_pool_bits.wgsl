// include: pool
// y[m][word] = OR of the bits under the window of output row m: max-pooling of signs, +1 if any is +1.
// bits: [input rows][words]; y: [rows][words]. Tail bits stay 0. One invocation owns one word.
// dispatch: x = ceil(words / 8), y = ceil(rows / 8)
// split: images of bits, y

@group(0) @binding(1) var<storage, read> bits: array<u32>;
@group(0) @binding(2) var<storage, read_write> y: array<u32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.rows) { return; }
  let area = window_of(id.y);
  var word = 0u;
  for (var iy = area.top; iy < area.bottom; iy++) {
    for (var ix = area.left; ix < area.right; ix++) { word |= bits[input_at(area, iy, ix) * params.words + id.x]; }
  }
  y[id.y * params.words + id.x] = word;
}
