// include: patch_bytes
// y[m][n] = taps inside * maps - 2 * mismatches (i32): the outputs of a convolution of bits, each a sum over the input maps of what its
// distinct filters gave; equal to xnor_conv. uses[c][n] = 2 * filter + 1 if the output has the filter's opposite in map c.
// mismatches: [distinct][quads of this chunk], a byte a row; inside: [groups][quads]; y: [rows][outputs].
// Bytes of four rows are added at once, for `spill` maps before any can pass 255; then in halves of 16 bits, which hold
// maps * taps <= 65,535. One invocation owns a quad of 4 outputs.
// split: none
// dispatch: x = ceil(chunk / 8), y = ceil(outputs / 4)

struct Params {
  rows: u32,
  maps: u32,
  outputs: u32,
  groups: u32,
  quads: u32,
  first: u32,
  chunk: u32,
  spill: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> mismatches: array<u32>;
@group(0) @binding(2) var<storage, read> inside: array<u32>;
@group(0) @binding(3) var<storage, read> uses: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<i32>;

fn write(row: u32, n: u32, taps: u32, sum: vec4<u32>) {
  if (row >= params.rows) { return; }
  let value = i32(taps * params.maps) - 2 * vec4<i32>(sum);
  let at = row * params.outputs + n;
  y[at] = value.x;
  if (n + 1 < params.outputs) { y[at + 1] = value.y; }
  if (n + 2 < params.outputs) { y[at + 2] = value.z; }
  if (n + 3 < params.outputs) { y[at + 3] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3<u32>, @builtin(workgroup_id) group: vec3<u32>) {
  let quad = params.first + id.x;
  let n = 4 * group.y;
  if (id.x >= params.chunk || quad >= params.quads || n >= params.outputs) { return; }
  var taps = 0u;
  for (var g = 0u; g < params.groups; g++) { taps += byte_counts(inside[g * params.quads + quad]); }
  let last = vec4<u32>(params.outputs - 1);
  let columns = min(vec4<u32>(n, n + 1, n + 2, n + 3), last);
  var even = vec4<u32>();
  var odd = vec4<u32>();
  for (var begin = 0u; begin < params.maps; begin += params.spill) {
    let end = min(params.maps, begin + params.spill);
    var bytes = vec4<u32>();
    for (var c = begin; c < end; c++) {
      let at = columns + c * params.outputs;
      let use4 = vec4<u32>(uses[at.x], uses[at.y], uses[at.z], uses[at.w]);
      let places = (use4 >> vec4<u32>(1)) * params.chunk + id.x;
      let found = vec4<u32>(mismatches[places.x], mismatches[places.y], mismatches[places.z], mismatches[places.w]);
      // Where the filter differs its opposite agrees; no byte borrows, since none has more mismatches than taps.
      bytes += select(found, vec4<u32>(taps) - found, (use4 & vec4<u32>(1)) == vec4<u32>(1));
    }
    even += bytes & vec4<u32>(0x00ff00ffu);
    odd += (bytes >> vec4<u32>(8)) & vec4<u32>(0x00ff00ffu);
  }
  let low = vec4<u32>(0xffffu);
  write(4 * quad, n, taps & 255, even & low);
  write(4 * quad + 1, n, (taps >> 8) & 255, odd & low);
  write(4 * quad + 2, n, (taps >> 16) & 255, even >> vec4<u32>(16));
  write(4 * quad + 3, n, taps >> 24, odd >> vec4<u32>(16));
}
