// include: value
// The gradient of prelu.wgsl's slope, split over rows: parts[p][n] = sum of g * min(t, 0), t = x - knee, over the part_rows rows of part p,
// m increasing; sum_parts adds the parts.
// sums, g: [rows][outputs]; statistics: [2][outputs]; knee: [outputs]; parts: [parts][outputs]. One invocation owns a channel of a part.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / part_rows)
// split: rows of sums, g; whole part_rows; from first_part

override MOVED: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  part_rows: u32,
  first_part: u32, // of this piece, where the launch is split
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> gamma: array<f32>;
@group(0) @binding(4) var<storage, read> beta: array<f32>;
@group(0) @binding(5) var<storage, read> knee: array<f32>;
@group(0) @binding(6) var<storage, read> g: array<f32>;
@group(0) @binding(7) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64 + lane;
  if (n >= params.outputs) { return; }
  var sum = 0.0;
  let end = min((group.y + 1) * params.part_rows, params.rows);
  for (var m = group.y * params.part_rows; m < end; m++) {
    var t = value_at(m, n);
    if (MOVED) { t -= knee[n]; }
    sum = fma(g[m * params.outputs + n], min(t, 0.0), sum);
  }
  parts[(params.first_part + group.y) * params.outputs + n] = sum;
}
