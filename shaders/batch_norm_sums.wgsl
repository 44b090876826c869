// include: sums
// totals[p][n] = sum of s[m][n] over the part_rows rows of part p, m increasing: the first of three launches that measure a batch.
// sums: [rows][outputs] i32 or f32; totals: [parts][outputs]. One invocation owns a channel of a part; the split is fixed by
// the number of rows, so the result never depends on the adapter.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / part_rows)
// split: rows of sums; whole part_rows; from first_part

struct Params {
  rows: u32,
  outputs: u32,
  part_rows: u32,
  first_part: u32, // of this piece, where the launch is split
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read_write> totals: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64 + lane;
  if (n >= params.outputs) { return; }
  var total = 0.0;
  let end = min((group.y + 1) * params.part_rows, params.rows);
  for (var m = group.y * params.part_rows; m < end; m++) { total += sum_of(sums[m * params.outputs + n], params.scale); }
  totals[(params.first_part + group.y) * params.outputs + n] = total;
}
