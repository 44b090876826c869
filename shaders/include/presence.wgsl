// include: bits
// Presence of inputs (dropout by bits). The kernel binds `mask`: [rows][words] u32, bit 1 = input present, tail bits 0.
// MASKED off: every input is present; mask is bound (the host takes a tensor that the kernel reads anyway) but not read.

override MASKED: bool = false;

// The presence bits of a word.
fn present_at(at: u32) -> u32 {
  if (MASKED) { return mask[at]; }
  return 0xffffffffu;
}

// The same where a word may lie beyond the row: none is present there.
fn present_within(inside: bool, at: u32) -> u32 {
  if (MASKED) { return select(0u, mask[at], inside); }
  return 0xffffffffu;
}

// The bits of four words that are present.
fn bits_present(words: vec4<u32>, present: u32) -> vec4<u32> {
  if (MASKED) { return words & vec4<u32>(present); }
  return words;
}

// Values of four inputs, 0.0 for those absent; a product with 0.0 changes no sum.
fn values_present(values: vec4<f32>, present: u32, b: vec4<u32>) -> vec4<f32> {
  if (MASKED) { return values * ones_at(present, b); }
  return values;
}

// A word of four 8-bit pixels, 0 for those absent; the lowest four bits of `present` are theirs.
fn pixels_present(pixels: u32, present: u32) -> u32 {
  if (MASKED) { return pixels & bytes_of(present); }
  return pixels;
}

// How many inputs a row has, given its presence bits counted.
fn inputs_of_row(present: u32) -> i32 {
  return i32(select(params.depth, present, MASKED));
}
