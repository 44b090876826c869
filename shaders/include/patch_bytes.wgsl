// Patches as bytes: four output rows (a quad) share a word, row 4 * quad + i in byte i. Bit t of byte group g is tap 8 * g + t, a 0 where
// it lies outside the picture; which taps are inside stands in words of the same form.

// The number of set bits in each byte.
fn byte_counts(word: u32) -> u32 {
  var x = word - ((word >> 1) & 0x55555555u);
  x = (x & 0x33333333u) + ((x >> 2) & 0x33333333u);
  return (x + (x >> 4)) & 0x0f0f0f0fu;
}
