// c[m][n] = sum_k a[m][k] * b[k][n]: the plain float product, one output an invocation, no blocking.
// a: [rows][depth] f32; b: [depth][outputs] f32; c: [rows][outputs] f32. The unoptimised rival of the benchmark
// (the paper measures its XNOR kernel against such a kernel), not used by training.
// dispatch: x = ceil(outputs / 8), y = ceil(rows / 8)
// split: rows of a, c

struct Params {
  rows: u32,
  outputs: u32,
  depth: u32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.y >= params.rows || id.x >= params.outputs) { return; }
  var sum = 0.0;
  for (var k = 0u; k < params.depth; k++) {
    sum = fma(a[id.y * params.depth + k], b[k * params.outputs + id.x], sum);
  }
  c[id.y * params.outputs + id.x] = sum;
}
