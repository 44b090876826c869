// The carry of a full adder.
fn majority(a: vec4<u32>, b: vec4<u32>, c: vec4<u32>) -> vec4<u32> {
  return (a & b) | (c & (a | b));
}
