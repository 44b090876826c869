// include: bits
// include: conv
// parts[p][tap * channels + c][n] = scale * sum_m x(i, c) * g[m][n]  (f32): the gradient to the weights of a convolution over bits,
// where i is the input row that output row m meets at the tap. Part p adds its own `lines` output lines, m increasing;
// sum_parts adds the parts. The split depends on the shape alone, so the result is always the same.
// x, mask: [input rows][words] u32; g: [rows][outputs] f32. MASKED: absent inputs count as 0; else mask is bound but not read.
// An invocation owns 4 channels of one word at one tap (bits lane, lane + 8, + 16, + 24) x 4 consecutive outputs.
// dispatch: x = kernel * kernel * words, y = ceil(outputs / (4 * WG_Y)), z = ceil(images * out_height / lines)
// split: images of x, mask, g; whole lines; from first_part

override WG_Y: u32 = 1;
override MASKED: bool = false;

@group(0) @binding(1) var<storage, read> x: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;

fn write_row(first: u32, c: u32, n: vec4<u32>, value: vec4<f32>) {
  if (c >= params.channels) { return; }
  let base = (first + c) * params.outputs;
  if (n.x < params.outputs) { parts[base + n.x] = value.x; }
  if (n.y < params.outputs) { parts[base + n.y] = value.y; }
  if (n.z < params.outputs) { parts[base + n.z] = value.z; }
  if (n.w < params.outputs) { parts[base + n.w] = value.w; }
}

@compute @workgroup_size(8, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let n = vec4<u32>((group.y * WG_Y + local.y) * 4) + vec4<u32>(0, 1, 2, 3);
  if (n.x >= params.outputs) { return; }
  let column = min(n, vec4<u32>(params.outputs - 1));
  let bit = vec4<u32>(local.x) + vec4<u32>(0, 8, 16, 24);
  let tap = group.x / params.words;
  let word = group.x % params.words;
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  let end = min((group.z + 1) * params.lines, params.images * params.out_height);
  for (var line = group.z * params.lines; line < end; line++) {
    for (var ox = 0u; ox < params.out_width; ox++) {
      let source = input_row(vec3<u32>(line / params.out_height, line % params.out_height, ox), ky, kx);
      if (source == OUTSIDE) { continue; }
      var v = signs_at(x[source * params.words + word], bit);
      if (MASKED) { v *= ones_at(mask[source * params.words + word], bit); }
      let at = column + (line * params.out_width + ox) * params.outputs;
      s0 = fma(v, vec4<f32>(g[at.x]), s0);
      s1 = fma(v, vec4<f32>(g[at.y]), s1);
      s2 = fma(v, vec4<f32>(g[at.z]), s2);
      s3 = fma(v, vec4<f32>(g[at.w]), s3);
    }
  }
  let first = ((params.first_part + group.z) * params.kernel * params.kernel + tap) * params.channels;
  let c = bit + word * 32;
  write_row(first, c.x, n, params.scale * vec4<f32>(s0.x, s1.x, s2.x, s3.x));
  write_row(first, c.y, n, params.scale * vec4<f32>(s0.y, s1.y, s2.y, s3.y));
  write_row(first, c.z, n, params.scale * vec4<f32>(s0.z, s1.z, s2.z, s3.z));
  write_row(first, c.w, n, params.scale * vec4<f32>(s0.w, s1.w, s2.w, s3.w));
}
