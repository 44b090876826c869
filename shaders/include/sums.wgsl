// Sums of products come as i32 (products of bits, exact) or f32; a scale belongs to inputs that dropout enlarged.
override INTEGER: bool = false;

fn sum_of(bits: u32, scale: f32) -> f32 {
  if (INTEGER) { return scale * f32(bitcast<i32>(bits)); }
  return scale * bitcast<f32>(bits);
}
