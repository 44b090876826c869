// AP2 of the paper: sign(x) * 2^round(log2 |x|), rounded in the log domain, so the switch lies at sqrt(2) * 2^k; AP2(0) = 0.
// The mantissa of sqrt(2) is 0x3504f3 and a bit, so no float32 ties. FLOOR takes floor(log2 |x|), the most significant bit.
override FLOOR: bool = false;

fn power_of_two(x: f32, floors: bool) -> f32 {
  let bits = bitcast<u32>(x);
  let magnitude = bits & 0x7fffffffu;
  if (magnitude >= 0x7f800000u) { return x; }
  if (magnitude < 0x00800000u) { return 0.0; }
  let up = select(0u, 0x00800000u, !floors && (magnitude & 0x007fffffu) > 0x003504f3u);
  return bitcast<f32>((bits & 0x80000000u) | ((magnitude & 0x7f800000u) + up));
}

fn powers_of_two(x: vec4<f32>) -> vec4<f32> {
  return vec4<f32>(power_of_two(x.x, false), power_of_two(x.y, false), power_of_two(x.z, false), power_of_two(x.w, false));
}
