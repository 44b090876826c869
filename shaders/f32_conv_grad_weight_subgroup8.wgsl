enable subgroups;
// include: real_window
// parts[p][tap * channels + k][n] = scale * sum_m a[i][k] * g[m][n]  (f32): f32_conv_grad_weight_block in other words, for lavapipe.
// Parts as there. The plan of conv_grad_weight_pixels_subgroup8: 32 inputs x 32 outputs a workgroup (one subgroup of 8). A tap
// outside the picture adds 0 * g, which changes no sum.
// 2026-11-25, llvmpipe (Mesa 25.0.7, 256 bits, threads' time): 8 pictures of 16 x 16 x 256 to 256 at 9.9 GFLOP/s against 2.9 for the block;
// one of 224 x 224 x 3, 11 x 11 by steps of 4 to 96, at 17.8 against 0.3.
// dispatch: x = ceil(kernel * kernel * channels / 32), y = ceil(outputs / 32), z = ceil(images * out_height / lines)
// split: images of a, g; whole lines; from first_part
// requires: subgroups 8

@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;

fn write(part: u32, k: u32, n: vec4<u32>, value: vec4<f32>) {
  let depth = params.kernel * params.kernel * params.channels;
  if (k >= depth) { return; }
  let base = (part * depth + k) * params.outputs;
  if (n.x < params.outputs) { parts[base + n.x] = value.x; }
  if (n.y < params.outputs) { parts[base + n.y] = value.y; }
  if (n.z < params.outputs) { parts[base + n.z] = value.z; }
  if (n.w < params.outputs) { parts[base + n.w] = value.w; }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * 32;
  let n = vec4<u32>(group.y * 32 + lane) + vec4<u32>(0, 8, 16, 24);
  let column = min(n, vec4<u32>(params.outputs - 1));
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
  var s8 = vec4<f32>();
  var s9 = vec4<f32>();
  var s10 = vec4<f32>();
  var s11 = vec4<f32>();
  var s12 = vec4<f32>();
  var s13 = vec4<f32>();
  var s14 = vec4<f32>();
  var s15 = vec4<f32>();
  var s16 = vec4<f32>();
  var s17 = vec4<f32>();
  var s18 = vec4<f32>();
  var s19 = vec4<f32>();
  var s20 = vec4<f32>();
  var s21 = vec4<f32>();
  var s22 = vec4<f32>();
  var s23 = vec4<f32>();
  var s24 = vec4<f32>();
  var s25 = vec4<f32>();
  var s26 = vec4<f32>();
  var s27 = vec4<f32>();
  var s28 = vec4<f32>();
  var s29 = vec4<f32>();
  var s30 = vec4<f32>();
  var s31 = vec4<f32>();
  let begin = group.z * params.lines;
  let end = min(begin + params.lines, params.images * params.out_height);
  for (var line = begin; line < end; line++) {
    for (var ox = 0u; ox < params.out_width; ox++) {
      let corner = corner_of(vec3<u32>(line / params.out_height, line % params.out_height, ox));
      let at = column + (line * params.out_width + ox) * params.outputs;
      let v = vec4<f32>(g[at.x], g[at.y], g[at.z], g[at.w]);
      let x0 = load(in0, corner);
      let x1 = load(in1, corner);
      let x2 = load(in2, corner);
      let x3 = load(in3, corner);
      s0 = fma(vec4<f32>(subgroupBroadcast(x0, 0)), v, s0);
      s1 = fma(vec4<f32>(subgroupBroadcast(x0, 1)), v, s1);
      s2 = fma(vec4<f32>(subgroupBroadcast(x0, 2)), v, s2);
      s3 = fma(vec4<f32>(subgroupBroadcast(x0, 3)), v, s3);
      s4 = fma(vec4<f32>(subgroupBroadcast(x0, 4)), v, s4);
      s5 = fma(vec4<f32>(subgroupBroadcast(x0, 5)), v, s5);
      s6 = fma(vec4<f32>(subgroupBroadcast(x0, 6)), v, s6);
      s7 = fma(vec4<f32>(subgroupBroadcast(x0, 7)), v, s7);
      s8 = fma(vec4<f32>(subgroupBroadcast(x1, 0)), v, s8);
      s9 = fma(vec4<f32>(subgroupBroadcast(x1, 1)), v, s9);
      s10 = fma(vec4<f32>(subgroupBroadcast(x1, 2)), v, s10);
      s11 = fma(vec4<f32>(subgroupBroadcast(x1, 3)), v, s11);
      s12 = fma(vec4<f32>(subgroupBroadcast(x1, 4)), v, s12);
      s13 = fma(vec4<f32>(subgroupBroadcast(x1, 5)), v, s13);
      s14 = fma(vec4<f32>(subgroupBroadcast(x1, 6)), v, s14);
      s15 = fma(vec4<f32>(subgroupBroadcast(x1, 7)), v, s15);
      s16 = fma(vec4<f32>(subgroupBroadcast(x2, 0)), v, s16);
      s17 = fma(vec4<f32>(subgroupBroadcast(x2, 1)), v, s17);
      s18 = fma(vec4<f32>(subgroupBroadcast(x2, 2)), v, s18);
      s19 = fma(vec4<f32>(subgroupBroadcast(x2, 3)), v, s19);
      s20 = fma(vec4<f32>(subgroupBroadcast(x2, 4)), v, s20);
      s21 = fma(vec4<f32>(subgroupBroadcast(x2, 5)), v, s21);
      s22 = fma(vec4<f32>(subgroupBroadcast(x2, 6)), v, s22);
      s23 = fma(vec4<f32>(subgroupBroadcast(x2, 7)), v, s23);
      s24 = fma(vec4<f32>(subgroupBroadcast(x3, 0)), v, s24);
      s25 = fma(vec4<f32>(subgroupBroadcast(x3, 1)), v, s25);
      s26 = fma(vec4<f32>(subgroupBroadcast(x3, 2)), v, s26);
      s27 = fma(vec4<f32>(subgroupBroadcast(x3, 3)), v, s27);
      s28 = fma(vec4<f32>(subgroupBroadcast(x3, 4)), v, s28);
      s29 = fma(vec4<f32>(subgroupBroadcast(x3, 5)), v, s29);
      s30 = fma(vec4<f32>(subgroupBroadcast(x3, 6)), v, s30);
      s31 = fma(vec4<f32>(subgroupBroadcast(x3, 7)), v, s31);
    }
  }
  write(params.first_part + group.z, first + 0, n, params.scale * s0);
  write(params.first_part + group.z, first + 1, n, params.scale * s1);
  write(params.first_part + group.z, first + 2, n, params.scale * s2);
  write(params.first_part + group.z, first + 3, n, params.scale * s3);
  write(params.first_part + group.z, first + 4, n, params.scale * s4);
  write(params.first_part + group.z, first + 5, n, params.scale * s5);
  write(params.first_part + group.z, first + 6, n, params.scale * s6);
  write(params.first_part + group.z, first + 7, n, params.scale * s7);
  write(params.first_part + group.z, first + 8, n, params.scale * s8);
  write(params.first_part + group.z, first + 9, n, params.scale * s9);
  write(params.first_part + group.z, first + 10, n, params.scale * s10);
  write(params.first_part + group.z, first + 11, n, params.scale * s11);
  write(params.first_part + group.z, first + 12, n, params.scale * s12);
  write(params.first_part + group.z, first + 13, n, params.scale * s13);
  write(params.first_part + group.z, first + 14, n, params.scale * s14);
  write(params.first_part + group.z, first + 15, n, params.scale * s15);
  write(params.first_part + group.z, first + 16, n, params.scale * s16);
  write(params.first_part + group.z, first + 17, n, params.scale * s17);
  write(params.first_part + group.z, first + 18, n, params.scale * s18);
  write(params.first_part + group.z, first + 19, n, params.scale * s19);
  write(params.first_part + group.z, first + 20, n, params.scale * s20);
  write(params.first_part + group.z, first + 21, n, params.scale * s21);
  write(params.first_part + group.z, first + 22, n, params.scale * s22);
  write(params.first_part + group.z, first + 23, n, params.scale * s23);
  write(params.first_part + group.z, first + 24, n, params.scale * s24);
  write(params.first_part + group.z, first + 25, n, params.scale * s25);
  write(params.first_part + group.z, first + 26, n, params.scale * s26);
  write(params.first_part + group.z, first + 27, n, params.scale * s27);
  write(params.first_part + group.z, first + 28, n, params.scale * s28);
  write(params.first_part + group.z, first + 29, n, params.scale * s29);
  write(params.first_part + group.z, first + 30, n, params.scale * s30);
  write(params.first_part + group.z, first + 31, n, params.scale * s31);
}
