// parts[p][n] = sum of x[k][n] * sign(latent[k][n]) over the part_rows rows of part p, k increasing: how the loss changes with the
// scale of a filter; sum_parts adds the parts. x, latent: [rows][outputs] f32. One invocation owns a filter of a part.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / part_rows)
// split: rows of x, latent; whole part_rows; from first_part

struct Params {
  rows: u32,
  outputs: u32,
  part_rows: u32,
  first_part: u32, // of this piece, where the launch is split
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> latent: array<f32>;
@group(0) @binding(3) var<storage, read_write> parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n = group.x * 64 + lane;
  if (n >= params.outputs) { return; }
  var sum = 0.0;
  let end = min((group.y + 1) * params.part_rows, params.rows);
  for (var k = group.y * params.part_rows; k < end; k++) {
    let at = k * params.outputs + n;
    sum += select(-x[at], x[at], latent[at] >= 0);
  }
  parts[(params.first_part + group.y) * params.outputs + n] = sum;
}
