// include: sums
// include: power_of_two
// include: totals
// squares[p][n] = sum of c * c over the rows of part p, c = s[m][n] - mean, m increasing; SHIFT: of c * AP2(c) (Torch7 code, bnn-spec
// 1.3). A pass of its own after the mean is known, so nothing cancels.
// sums: [rows][outputs]; totals, squares: [parts][outputs]. One invocation owns a channel of a part.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / part_rows)
// split: rows of sums; whole part_rows; from first_part

override SHIFT: bool = false;

struct Params {
  rows: u32,
  batch_rows: u32, // of all pieces, where the launch is split
  outputs: u32,
  part_rows: u32,
  first_part: u32, // of this piece, where the launch is split
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> totals: array<f32>;
@group(0) @binding(3) var<storage, read_write> squares: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64 + lane;
  if (n >= params.outputs) { return; }
  let mean = mean_of(n);
  var total = 0.0;
  let end = min((group.y + 1) * params.part_rows, params.rows);
  for (var m = group.y * params.part_rows; m < end; m++) {
    let centred = sum_of(sums[m * params.outputs + n], params.scale) - mean;
    if (SHIFT) {
      total = fma(centred, power_of_two(centred, FLOOR), total);
    } else {
      total = fma(centred, centred, total);
    }
  }
  squares[(params.first_part + group.y) * params.outputs + n] = total;
}
