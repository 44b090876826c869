// include: conv
// parts[p][tap * channels + k][n] = scale * sum_m a[i][k] * g[m][n]  (f32), m increasing: the gradient to the weights of a convolution over
// reals. Parts as in conv_grad_weight_block. a: [input rows][channels] f32; g: [rows][outputs] f32.
// An invocation owns 4 channels 8 apart at one tap x 4 consecutive outputs.
// dispatch: x = kernel * kernel * words, y = ceil(outputs / (4 * WG_Y)), z = ceil(images * out_height / lines)
// split: images of a, g; whole lines; from first_part

override WG_Y: u32 = 1;

@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;

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
  let tap = group.x / params.words;
  let c = vec4<u32>((group.x % params.words) * 32 + local.x) + vec4<u32>(0, 8, 16, 24);
  let held = min(c, vec4<u32>(params.channels - 1));
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
      let start = held + source * params.channels;
      let v = vec4<f32>(a[start.x], a[start.y], a[start.z], a[start.w]);
      let at = column + (line * params.out_width + ox) * params.outputs;
      s0 = fma(v, vec4<f32>(g[at.x]), s0);
      s1 = fma(v, vec4<f32>(g[at.y]), s1);
      s2 = fma(v, vec4<f32>(g[at.z]), s2);
      s3 = fma(v, vec4<f32>(g[at.w]), s3);
    }
  }
  let first = ((params.first_part + group.z) * params.kernel * params.kernel + tap) * params.channels;
  write_row(first, c.x, n, params.scale * vec4<f32>(s0.x, s1.x, s2.x, s3.x));
  write_row(first, c.y, n, params.scale * vec4<f32>(s0.y, s1.y, s2.y, s3.y));
  write_row(first, c.z, n, params.scale * vec4<f32>(s0.z, s1.z, s2.z, s3.z));
  write_row(first, c.w, n, params.scale * vec4<f32>(s0.w, s1.w, s2.w, s3.w));
}
