// include: sums
// include: power_of_two
// What reaches batch normalisation from behind: g_scale * g where the straight-through (and dropout) mask of what followed lets it
// through. MASKED off: mask is bound but not read. g: [rows][outputs] f32; mask: [rows][words].
override SHIFT: bool = false;
override MASKED: bool = false;

struct Params {
  rows: u32,
  outputs: u32,
  words: u32,
  part_rows: u32,
  scale: f32,
  g_scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;

fn gradient(m: u32, n: u32) -> f32 {
  let value = params.g_scale * g[m * params.outputs + n];
  if (!MASKED) { return value; }
  return select(0.0, value, ((mask[m * params.words + (n >> 5)] >> (n & 31)) & 1) == 1);
}
