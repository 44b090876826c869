enable subgroups;
// include: conv_pixels
// parts[p][tap * channels + c][n] = sum_m (scale * pixel + offset) * g[m][n]  (f32) over the inputs that count:
// conv_grad_weight_pixels_block in other words, for lavapipe. Parts as there. g: [rows][outputs] f32.
// Lane = output: a workgroup (one subgroup of 8) owns 32 inputs (a 3 x 3 kernel over three colours has 27) x 8 outputs. Each lane
// loads another input of the row, spread by subgroupBroadcast. An input that does not count adds 0 * g, which changes no sum.
// dispatch: x = ceil(kernel * kernel * channels / 32), y = ceil(outputs / 8), z = ceil(images * out_height / lines)
// requires: subgroups 8

@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read_write> parts: array<f32>;

// An input as a lane sees it: its tap and channel.
struct Source {
  used: bool,
  ky: u32,
  kx: u32,
  c: u32,
}

fn source(k: u32) -> Source {
  let tap = k / params.channels;
  return Source(tap < params.kernel * params.kernel, tap / params.kernel, tap % params.kernel, k % params.channels);
}

fn load(input: Source, place: vec3<u32>) -> f32 {
  let row = select(OUTSIDE, input_row(place, input.ky, input.kx), input.used);
  let counts = counts_at(row, input.c);
  let held = select(place.x * params.height * params.width, row, row != OUTSIDE);
  return counts * fma(params.scale, pixel_at(place.x, held, input.c), params.offset);
}

fn write(part: u32, k: u32, n: u32, value: vec4<f32>) {
  let depth = params.kernel * params.kernel * params.channels;
  if (n >= params.outputs) { return; }
  let base = (part * depth + k) * params.outputs + n;
  if (k < depth) { parts[base] = value.x; }
  if (k + 1 < depth) { parts[base + params.outputs] = value.y; }
  if (k + 2 < depth) { parts[base + 2 * params.outputs] = value.z; }
  if (k + 3 < depth) { parts[base + 3 * params.outputs] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * 32;
  let n = group.y * 8 + lane;
  let column = min(n, params.outputs - 1);
  let in0 = source(first + 0 + lane);
  let in1 = source(first + 8 + lane);
  let in2 = source(first + 16 + lane);
  let in3 = source(first + 24 + lane);
  var s0 = vec4<f32>();
  var s1 = vec4<f32>();
  var s2 = vec4<f32>();
  var s3 = vec4<f32>();
  var s4 = vec4<f32>();
  var s5 = vec4<f32>();
  var s6 = vec4<f32>();
  var s7 = vec4<f32>();
  let end = min((group.z + 1) * params.lines, params.images * params.out_height);
  for (var line = group.z * params.lines; line < end; line++) {
    for (var ox = 0u; ox < params.out_width; ox++) {
      let place = vec3<u32>(line / params.out_height, line % params.out_height, ox);
      let v = vec4<f32>(g[(line * params.out_width + ox) * params.outputs + column]);
      let x0 = load(in0, place);
      let x1 = load(in1, place);
      let x2 = load(in2, place);
      let x3 = load(in3, place);
      s0 = fma(vec4<f32>(subgroupBroadcast(x0, 0), subgroupBroadcast(x0, 1), subgroupBroadcast(x0, 2), subgroupBroadcast(x0, 3)), v, s0);
      s1 = fma(vec4<f32>(subgroupBroadcast(x0, 4), subgroupBroadcast(x0, 5), subgroupBroadcast(x0, 6), subgroupBroadcast(x0, 7)), v, s1);
      s2 = fma(vec4<f32>(subgroupBroadcast(x1, 0), subgroupBroadcast(x1, 1), subgroupBroadcast(x1, 2), subgroupBroadcast(x1, 3)), v, s2);
      s3 = fma(vec4<f32>(subgroupBroadcast(x1, 4), subgroupBroadcast(x1, 5), subgroupBroadcast(x1, 6), subgroupBroadcast(x1, 7)), v, s3);
      s4 = fma(vec4<f32>(subgroupBroadcast(x2, 0), subgroupBroadcast(x2, 1), subgroupBroadcast(x2, 2), subgroupBroadcast(x2, 3)), v, s4);
      s5 = fma(vec4<f32>(subgroupBroadcast(x2, 4), subgroupBroadcast(x2, 5), subgroupBroadcast(x2, 6), subgroupBroadcast(x2, 7)), v, s5);
      s6 = fma(vec4<f32>(subgroupBroadcast(x3, 0), subgroupBroadcast(x3, 1), subgroupBroadcast(x3, 2), subgroupBroadcast(x3, 3)), v, s6);
      s7 = fma(vec4<f32>(subgroupBroadcast(x3, 4), subgroupBroadcast(x3, 5), subgroupBroadcast(x3, 6), subgroupBroadcast(x3, 7)), v, s7);
    }
  }
  write(group.z, first + 0, n, s0);
  write(group.z, first + 4, n, s1);
  write(group.z, first + 8, n, s2);
  write(group.z, first + 12, n, s3);
  write(group.z, first + 16, n, s4);
  write(group.z, first + 20, n, s5);
  write(group.z, first + 24, n, s6);
  write(group.z, first + 28, n, s7);
}
