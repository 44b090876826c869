// parts[p][n] = largest |x[m][n]| over the part_rows rows of part p; again over what is left of it, until one value is.
// x: [rows][outputs] f32. One invocation owns a channel of a part.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / part_rows)
// split: rows of x; whole part_rows; from first_part

struct Params {
  rows: u32,
  outputs: u32,
  part_rows: u32,
  first_part: u32, // of this piece, where the launch is split
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64 + lane;
  if (n >= params.outputs) { return; }
  var largest = 0.0;
  let end = min((group.y + 1) * params.part_rows, params.rows);
  for (var m = group.y * params.part_rows; m < end; m++) { largest = max(largest, abs(x[m * params.outputs + n])); }
  parts[(params.first_part + group.y) * params.outputs + n] = largest;
}
