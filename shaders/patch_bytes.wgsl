// include: conv
// patches[c][g][quad]: the bits of input map c that four output rows see, as bytes (include/patch_bytes); inside[g][quad]: which of the taps
// lie in the picture, the same for every map.
// a: [input rows][words]; groups = ceil(kernel * kernel / 8); quads = ceil(rows / 4). Rows past the last see nothing.
// One invocation owns a quad of 32 maps.
// split: none
// dispatch: x = ceil(rows / 256), y = words

@group(0) @binding(1) var<storage, read> a: array<u32>;
@group(0) @binding(2) var<storage, read_write> patches: array<u32>;
@group(0) @binding(3) var<storage, read_write> inside: array<u32>;

fn word_at(place: vec3<u32>, row: u32, tap: u32, j: u32) -> vec2<u32> {
  if (row >= params.rows || tap >= params.kernel * params.kernel) { return vec2<u32>(); }
  let source = input_row(place, tap / params.kernel, tap % params.kernel);
  if (source == OUTSIDE) { return vec2<u32>(); }
  return vec2<u32>(a[source * params.words + j], 1u);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let quads = (params.rows + 3) / 4;
  if (id.x >= quads) { return; }
  let j = id.y;
  let groups = (params.kernel * params.kernel + 7) / 8;
  let maps = min(32u, params.channels - 32 * j);
  let row = 4 * id.x;
  let p0 = output_place(row);
  let p1 = output_place(row + 1);
  let p2 = output_place(row + 2);
  let p3 = output_place(row + 3);
  for (var g = 0u; g < groups; g++) {
    // The zeros are written out: without them lavapipe and SwiftShader go on with those of the group before.
    var bytes = array<u32, 32>();
    var within = 0u;
    for (var t = 0u; t < 8; t++) {
      let tap = 8 * g + t;
      let w0 = word_at(p0, row, tap, j);
      let w1 = word_at(p1, row + 1, tap, j);
      let w2 = word_at(p2, row + 2, tap, j);
      let w3 = word_at(p3, row + 3, tap, j);
      within |= (w0.y | (w1.y << 8) | (w2.y << 16) | (w3.y << 24)) << t;
      for (var c = 0u; c < maps; c++) {
        let bits = ((w0.x >> c) & 1) | (((w1.x >> c) & 1) << 8) | (((w2.x >> c) & 1) << 16) | (((w3.x >> c) & 1) << 24);
        bytes[c] |= bits << t;
      }
    }
    for (var c = 0u; c < maps; c++) { patches[((32 * j + c) * groups + g) * quads + id.x] = bytes[c]; }
    if (j == 0) { inside[g * quads + id.x] = within; }
  }
}
