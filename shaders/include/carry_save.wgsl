// include: majority
// Carry-save counting of set bits (Harley-Seal): eight words are added bit by bit in full adders, and only the eights
// are counted at once. Without a vector popcount a popcount is 14 instructions, a full adder 3 (AVX-512VL) to 5.

// Bit counts of weight 1, 2 and 4 still to be counted, and eights counted so far.
struct Sum {
  ones: vec4<u32>,
  twos: vec4<u32>,
  fours: vec4<u32>,
  eights: vec4<u32>,
}

// Counts the set bits of eight words, for four counters side by side.
fn feed(sum: ptr<function, Sum>, x0: vec4<u32>, x1: vec4<u32>, x2: vec4<u32>, x3: vec4<u32>,
        x4: vec4<u32>, x5: vec4<u32>, x6: vec4<u32>, x7: vec4<u32>) {
  var ones = (*sum).ones;
  let twos = (*sum).twos;
  let fours = (*sum).fours;
  let two_a = majority(x0, x1, ones);
  ones = ones ^ x0 ^ x1;
  let two_b = majority(x2, x3, ones);
  ones = ones ^ x2 ^ x3;
  let four_a = majority(two_a, two_b, twos);
  let twos_half = twos ^ two_a ^ two_b;
  let two_c = majority(x4, x5, ones);
  ones = ones ^ x4 ^ x5;
  let two_d = majority(x6, x7, ones);
  ones = ones ^ x6 ^ x7;
  let four_b = majority(two_c, two_d, twos_half);
  (*sum).eights += countOneBits(majority(four_a, four_b, fours));
  (*sum).fours = fours ^ four_a ^ four_b;
  (*sum).twos = twos_half ^ two_c ^ two_d;
  (*sum).ones = ones;
}

fn counted(sum: Sum) -> vec4<u32> {
  return 8 * sum.eights + 4 * countOneBits(sum.fours) + 2 * countOneBits(sum.twos) + countOneBits(sum.ones);
}
