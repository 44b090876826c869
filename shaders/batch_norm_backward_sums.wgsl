// include: batch_norm_gradient
// The sums that the gradient of batch normalisation needs, over the rows of part p, m increasing: parts[p][0] = sum of g, parts[p][1] =
// sum of g * xhat (SHIFT: of g * AP2(c)), parts[p][2] = the same or, with SHIFT, the sum of g * AP2(c * R), which is dgamma.
// sums: [rows][outputs]; statistics: [2][outputs]; parts: [parts][3][outputs]. One invocation owns a channel of a part.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / part_rows)
// split: rows of sums, g, mask; whole part_rows; from first_part

@group(0) @binding(5) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64 + lane;
  if (n >= params.outputs) { return; }
  let mean = statistics[n];
  let inverse = statistics[params.outputs + n];
  var total = 0.0;
  var along = 0.0;
  var rounded = 0.0;
  let end = min((group.y + 1) * params.part_rows, params.rows);
  for (var m = group.y * params.part_rows; m < end; m++) {
    let value = gradient(m, n);
    let centred = sum_of(sums[m * params.outputs + n], params.scale) - mean;
    total += value;
    if (SHIFT) {
      along = fma(value, power_of_two(centred, FLOOR), along);
      rounded = fma(value, power_of_two(centred * inverse, FLOOR), rounded);
    } else {
      along = fma(value, centred * inverse, along);
    }
  }
  let base = (params.first_part + group.y) * 3 * params.outputs + n;
  parts[base] = total;
  parts[base + params.outputs] = along;
  parts[base + 2 * params.outputs] = select(along, rounded, SHIFT);
}
