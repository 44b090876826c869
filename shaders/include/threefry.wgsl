// Threefry-2x32, 20 rounds (Salmon et al., SC 2011): the twin of core/random.ts, where the streams are defined.
fn rotated(x: u32, r: u32) -> u32 { return (x << r) | (x >> (32 - r)); }

fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  let third = key.x ^ key.y ^ 0x1bd11bdau;
  var x = counter + key;
  x.x += x.y; x.y = rotated(x.y, 13) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 15) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 26) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 6) ^ x.x;
  x += vec2<u32>(key.y, third + 1);
  x.x += x.y; x.y = rotated(x.y, 17) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 29) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 16) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 24) ^ x.x;
  x += vec2<u32>(third, key.x + 2);
  x.x += x.y; x.y = rotated(x.y, 13) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 15) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 26) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 6) ^ x.x;
  x += vec2<u32>(key.x, key.y + 3);
  x.x += x.y; x.y = rotated(x.y, 17) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 29) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 16) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 24) ^ x.x;
  x += vec2<u32>(key.y, third + 4);
  x.x += x.y; x.y = rotated(x.y, 13) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 15) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 26) ^ x.x;
  x.x += x.y; x.y = rotated(x.y, 6) ^ x.x;
  x += vec2<u32>(third, key.x + 5);
  return x;
}

// 24 random bits as a float in [0, 1).
fn unit_float(word: u32) -> f32 { return f32(word >> 8) * 0x1p-24; }
