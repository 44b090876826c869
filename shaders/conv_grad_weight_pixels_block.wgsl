// include: conv_pixels
// parts[p][tap * channels + c][n] = sum_m (scale * pixel + offset) * g[m][n]  (f32) over the inputs that count, m increasing: the
// gradient to the first layer's weights. Parts as in conv_grad_weight_block. g: [rows][outputs] f32.
// An invocation owns one input (tap and channel; neighbouring lanes have neighbouring ones) x 4 consecutive outputs.
// dispatch: x = ceil(kernel * kernel * channels / 8), y = ceil(outputs / (4 * WG_Y)), z = ceil(images * out_height / lines)
// split: images of pixels, mask, g; whole lines; from first_part

override WG_Y: u32 = 1;

@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(8, WG_Y)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_id) local: vec3<u32>) {
  let depth = params.kernel * params.kernel * params.channels;
  let k = group.x * 8 + local.x;
  let n = vec4<u32>((group.y * WG_Y + local.y) * 4) + vec4<u32>(0, 1, 2, 3);
  if (n.x >= params.outputs || k >= depth) { return; }
  let column = min(n, vec4<u32>(params.outputs - 1));
  let tap = k / params.channels;
  let c = k % params.channels;
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  var sum = vec4<f32>();
  let end = min((group.z + 1) * params.lines, params.images * params.out_height);
  for (var line = group.z * params.lines; line < end; line++) {
    let image = line / params.out_height;
    for (var ox = 0u; ox < params.out_width; ox++) {
      let source = input_row(vec3<u32>(image, line % params.out_height, ox), ky, kx);
      if (counts_at(source, c) == 0) { continue; }
      let value = fma(params.scale, pixel_at(image, source, c), params.offset);
      let at = column + (line * params.out_width + ox) * params.outputs;
      sum = fma(vec4<f32>(value), vec4<f32>(g[at.x], g[at.y], g[at.z], g[at.w]), sum);
    }
  }
  let base = ((params.first_part + group.z) * depth + k) * params.outputs;
  if (n.x < params.outputs) { parts[base + n.x] = sum.x; }
  if (n.y < params.outputs) { parts[base + n.y] = sum.y; }
  if (n.z < params.outputs) { parts[base + n.z] = sum.z; }
  if (n.w < params.outputs) { parts[base + n.w] = sum.w; }
}
