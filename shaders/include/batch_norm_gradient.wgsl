// include: sums
// include: power_of_two
// include: gradient
// What batch normalisation reads on the way back.
override SHIFT: bool = false;

struct Params {
  rows: u32,
  batch_rows: u32, // of all pieces, where the launch is split
  outputs: u32,
  words: u32,
  part_rows: u32,
  first_part: u32, // of this piece, where the launch is split
  scale: f32,
  g_scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> sums: array<u32>;
@group(0) @binding(2) var<storage, read> statistics: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read> mask: array<u32>;
