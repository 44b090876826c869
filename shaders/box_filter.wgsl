// include: conv
// y[m] = sum over the taps inside the picture of a[i], over all taps of the window: the map K of the input scale (XNOR-Net,
// section 3.2), at every place of the convolution. a: [input rows]; y: [rows], f32. One invocation owns one value.
// dispatch: x = ceil(rows / 64)
// split: images of a, y

@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.rows) { return; }
  let place = output_place(id.x);
  var sum = 0.0;
  for (var ky = 0u; ky < params.kernel; ky++) {
    for (var kx = 0u; kx < params.kernel; kx++) {
      let row = input_row(place, ky, kx);
      if (row != OUTSIDE) { sum += a[row]; }
    }
  }
  y[id.x] = sum / f32(params.kernel * params.kernel);
}
