// include: sums
// Sums as whole numbers in their order: i32 sums (INTEGER) are that themselves; of f32, patterns below 0 are turned round, so that
// a < b exactly if key(a) < key(b), and no arithmetic touches them (-0 stands right below +0).
fn key_of(pattern: u32) -> i32 {
  let key = bitcast<i32>(pattern);
  if (INTEGER || key >= 0) { return key; }
  return key ^ 0x7fffffff;
}

fn pattern_of(key: i32) -> u32 {
  if (INTEGER || key >= 0) { return bitcast<u32>(key); }
  return bitcast<u32>(key ^ 0x7fffffff);
}
