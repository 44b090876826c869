// Bits and signs: bit 1 = +1, bit 0 = -1; least significant bit first, 32 channels a word.

// +1.0 or -1.0 from bit `b` of `word`: the sign bit of 1.0 is the inverted bit.
fn sign_of(word: u32, b: u32) -> f32 {
  return bitcast<f32>((((~word) >> b) << 31) | 0x3f800000u);
}

// The same for one bit of four words, and for four bits of one word.
fn signs_of(words: vec4<u32>, b: u32) -> vec4<f32> {
  return bitcast<vec4<f32>>(((~words << vec4<u32>(31 - b)) & vec4<u32>(0x80000000u)) | vec4<u32>(0x3f800000u));
}

fn signs_at(word: u32, b: vec4<u32>) -> vec4<f32> {
  return bitcast<vec4<f32>>(((vec4<u32>(~word) << (vec4<u32>(31) - b)) & vec4<u32>(0x80000000u)) | vec4<u32>(0x3f800000u));
}

// 1.0 where the bit is set, 0.0 where it is clear.
fn ones_at(word: u32, b: vec4<u32>) -> vec4<f32> {
  return vec4<f32>((vec4<u32>(word) >> b) & vec4<u32>(1));
}

// A byte of ones for each of the lowest four bits that is set: the multiplication adds four shifted copies that never meet.
fn bytes_of(word: u32) -> u32 {
  return (((word & 15) * 0x00204081u) & 0x01010101u) * 255;
}

// The four 8-bit pixels of a word, the lowest byte first, as whole-valued floats.
fn pixels_of(word: u32) -> vec4<f32> {
  return vec4<f32>((vec4<u32>(word) >> vec4<u32>(0, 8, 16, 24)) & vec4<u32>(255));
}
