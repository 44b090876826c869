enable subgroups;
// include: majority
// include: conv
// y[m][n] = K_eff(m) - 2 * mismatches (i32), as xnor_conv gives it. Three signs in a row of the depth have eight patterns, of which an output
// has one: in how many of the three each pattern differs from the input, 0 to 3, is found once for all outputs, 32 rows a word, as two
// planes of bits, and lane p of a subgroup of 8 keeps those of pattern p. An output fetches its own by a shuffle, no memory being read,
// and adds them up in planes as well: a full adder makes two planes of three, for 32 rows at once.
// planes: [blocks][24 * batches] (position_planes.wgsl); keys: [batches][outputs], pattern g of a batch in bits 4 g to 4 g + 2; positive:
// [taps][outputs], maps whose weight at the tap is +1: outside the picture planes are 0, which differs from these; y: [rows][outputs].
// A workgroup owns a block of 32 rows of 64 outputs, or of 32 where there are no more: the triples' planes are loaded a lane each and
// spread by subgroupBroadcast, since loads cost more than all else here. Counts up to 8191.
// 2026-11-25, llvmpipe (Mesa 25.0.7, 256 bits, 2 cores, time of its threads, the planes included): 8 images, 3 x 3, 512 channels at
// 8 x 8 in 0.95 to 1.25 of the time of xnor_conv_stationary, 256 at 16 x 16 in 1.06 to 1.3, 128 at 32 x 32 in 1.4 to 1.55.
// dispatch: x = ceil(outputs / 64), y = ceil(rows / 32)
// requires: subgroups 8
// split: none

@group(0) @binding(1) var<storage, read> planes: array<u32>;
@group(0) @binding(2) var<storage, read> keys: array<u32>;
@group(0) @binding(3) var<storage, read> positive: array<u32>;
@group(0) @binding(4) var<storage, read_write> y: array<i32>;

// Mismatches of 32 rows in planes of weight 1, 2, 4, 8 and 16, and of 32 (p5) to 4096 (p12).
struct Count {
  ones: vec4<u32>,
  twos: vec4<u32>,
  fours: vec4<u32>,
  eights: vec4<u32>,
  sixteens: vec4<u32>,
  p5: vec4<u32>,
  p6: vec4<u32>,
  p7: vec4<u32>,
  p8: vec4<u32>,
  p9: vec4<u32>,
  p10: vec4<u32>,
  p11: vec4<u32>,
  p12: vec4<u32>,
}

// What a lane keeps of the triple (x, y, z): the planes of weight 1 and 2 of its own pattern.
fn triple(x: u32, y: u32, z: u32, signs: vec3<u32>) -> vec2<u32> {
  let a = x ^ signs.x;
  let b = y ^ signs.y;
  let c = z ^ signs.z;
  return vec2<u32>(a ^ b ^ c, (a & b) | (c & (a | b)));
}

fn fetch(plane: u32, pattern: vec4<u32>) -> vec4<u32> {
  return vec4<u32>(subgroupShuffle(plane, pattern.x), subgroupShuffle(plane, pattern.y), subgroupShuffle(plane, pattern.z), subgroupShuffle(plane, pattern.w));
}

// Carries of weight 4 that four triples leave.
struct Carries {
  a: vec4<u32>,
  b: vec4<u32>,
  c: vec4<u32>,
}

fn add_four(count: ptr<function, Count>, t0: vec2<u32>, t1: vec2<u32>, t2: vec2<u32>, t3: vec2<u32>, key: vec4<u32>) -> Carries {
  let k0 = key & vec4<u32>(7);
  let k1 = (key >> vec4<u32>(4)) & vec4<u32>(7);
  let k2 = (key >> vec4<u32>(8)) & vec4<u32>(7);
  let k3 = (key >> vec4<u32>(12)) & vec4<u32>(7);
  let l0 = fetch(t0.x, k0);
  let l1 = fetch(t1.x, k1);
  var ones = (*count).ones;
  let two_a = majority(l0, l1, ones);
  ones = ones ^ l0 ^ l1;
  let l2 = fetch(t2.x, k2);
  let l3 = fetch(t3.x, k3);
  let two_b = majority(l2, l3, ones);
  (*count).ones = ones ^ l2 ^ l3;
  let h0 = fetch(t0.y, k0);
  let h1 = fetch(t1.y, k1);
  var twos = (*count).twos;
  let four_a = majority(h0, h1, twos);
  twos = twos ^ h0 ^ h1;
  let h2 = fetch(t2.y, k2);
  let h3 = fetch(t3.y, k3);
  let four_b = majority(h2, h3, twos);
  twos = twos ^ h2 ^ h3;
  let four_c = majority(two_a, two_b, twos);
  (*count).twos = twos ^ two_a ^ two_b;
  return Carries(four_a, four_b, four_c);
}


// Adds the 24 signs of a batch; the keys say which pattern of each triple the outputs have.
fn add_batch(counter: ptr<function, Count>, t0: vec2<u32>, t1: vec2<u32>, t2: vec2<u32>, t3: vec2<u32>, t4: vec2<u32>, t5: vec2<u32>, t6: vec2<u32>, t7: vec2<u32>, key: vec4<u32>) {
  let low = add_four(counter, t0, t1, t2, t3, key);
  let high = add_four(counter, t4, t5, t6, t7, key >> vec4<u32>(16));
  let fours = (*counter).fours;
  let eight_a = majority(low.a, low.b, fours);
  let f1 = fours ^ low.a ^ low.b;
  let eight_b = majority(low.c, high.a, f1);
  let f2 = f1 ^ low.c ^ high.a;
  let eight_c = majority(high.b, high.c, f2);
  (*counter).fours = f2 ^ high.b ^ high.c;
  let eights = (*counter).eights;
  let sixteen_a = majority(eight_a, eight_b, eights);
  let e1 = eights ^ eight_a ^ eight_b;
  let sixteen_b = e1 & eight_c;
  (*counter).eights = e1 ^ eight_c;
  let sixteens = (*counter).sixteens;
  let c0 = majority(sixteen_a, sixteen_b, sixteens);
  (*counter).sixteens = sixteens ^ sixteen_a ^ sixteen_b;
  let c1 = (*counter).p5 & c0;
  (*counter).p5 ^= c0;
  let c2 = (*counter).p6 & c1;
  (*counter).p6 ^= c1;
  let c3 = (*counter).p7 & c2;
  (*counter).p7 ^= c2;
  let c4 = (*counter).p8 & c3;
  (*counter).p8 ^= c3;
  let c5 = (*counter).p9 & c4;
  (*counter).p9 ^= c4;
  let c6 = (*counter).p10 & c5;
  (*counter).p10 ^= c5;
  let c7 = (*counter).p11 & c6;
  (*counter).p11 ^= c6;
  (*counter).p12 ^= c7;
}

// Counts less what differs only from zeros outside the picture, as sums of signs.
fn write_block(counter: ptr<function, Count>, n: vec4<u32>, block: u32, taps: u32) {
  let count = *counter;
  let column = min(n, vec4<u32>(params.outputs - 1));
  var place = output_place(32 * block);
  for (var i = 0u; i < 8; i++) {
    let shift = vec4<u32>(i);
    let byte = vec4<u32>(0x01010101u);
    // Four rows in the bytes, 4 i in the lowest: of each count what is below 256, and the rest.
    let below = ((count.ones >> shift) & byte) | (((count.twos >> shift) & byte) << vec4<u32>(1)) | (((count.fours >> shift) & byte) << vec4<u32>(2)) | (((count.eights >> shift) & byte) << vec4<u32>(3))
      | (((count.sixteens >> shift) & byte) << vec4<u32>(4)) | (((count.p5 >> shift) & byte) << vec4<u32>(5)) | (((count.p6 >> shift) & byte) << vec4<u32>(6)) | (((count.p7 >> shift) & byte) << vec4<u32>(7));
    let above = ((count.p8 >> shift) & byte) | (((count.p9 >> shift) & byte) << vec4<u32>(1)) | (((count.p10 >> shift) & byte) << vec4<u32>(2)) | (((count.p11 >> shift) & byte) << vec4<u32>(3)) | (((count.p12 >> shift) & byte) << vec4<u32>(4));
    for (var quarter = 0u; quarter < 4; quarter++) {
      let m = 32 * block + 4 * i + quarter;
      if (m >= params.rows) { return; }
      let drop = vec4<u32>(8 * quarter);
      var mismatches = ((below >> drop) & vec4<u32>(255)) | (((above >> drop) & vec4<u32>(255)) << vec4<u32>(8));
      let top = place.y * params.stride - params.padding;
      let left = place.z * params.stride - params.padding;
      var within = taps;
      // Past the near edge these wrap, so that they are beyond the far one.
      if (top >= params.height || left >= params.width || top + params.kernel > params.height || left + params.kernel > params.width) {
        for (var t = 0u; t < taps; t++) {
          if (top + t / params.kernel < params.height && left + t % params.kernel < params.width) { continue; }
          within--;
          let start = column + t * params.outputs;
          mismatches -= vec4<u32>(positive[start.x], positive[start.y], positive[start.z], positive[start.w]);
        }
      }
      let dot = i32(within * params.channels) - 2 * vec4<i32>(mismatches);
      let o = n + m * params.outputs;
      if (n.x < params.outputs) { y[o.x] = dot.x; }
      if (n.y < params.outputs) { y[o.y] = dot.y; }
      if (n.z < params.outputs) { y[o.z] = dot.z; }
      if (n.w < params.outputs) { y[o.w] = dot.w; }
      place = next_place(place);
    }
  }
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) lane: u32) {
  let n0 = vec4<u32>(group.x * 64 + lane) + vec4<u32>(0, 8, 16, 24);
  let n1 = n0 + vec4<u32>(32);
  let column0 = min(n0, vec4<u32>(params.outputs - 1));
  let column1 = min(n1, vec4<u32>(params.outputs - 1));
  let taps = params.kernel * params.kernel;
  let batches = (taps * params.channels + 23) / 24;
  let block = group.y;
  let signs = vec3<u32>(0) - ((vec3<u32>(lane) >> vec3<u32>(0, 1, 2)) & vec3<u32>(1));
  let wide = group.x * 64 + 32 < params.outputs;
  var count0 = Count();
  var count1 = Count();
  for (var b = 0u; b < batches; b++) {
    let at = (block * batches + b) * 24;
    let s0 = column0 + b * params.outputs;
    let s1 = column1 + b * params.outputs;
    let key0 = vec4<u32>(keys[s0.x], keys[s0.y], keys[s0.z], keys[s0.w]);
    let key1 = vec4<u32>(keys[s1.x], keys[s1.y], keys[s1.z], keys[s1.w]);
    let v0 = planes[at + lane];
    let v1 = planes[at + 8 + lane];
    let v2 = planes[at + 16 + lane];
    let t0 = triple(subgroupBroadcast(v0, 0), subgroupBroadcast(v0, 1), subgroupBroadcast(v0, 2), signs);
    let t1 = triple(subgroupBroadcast(v0, 3), subgroupBroadcast(v0, 4), subgroupBroadcast(v0, 5), signs);
    let t2 = triple(subgroupBroadcast(v0, 6), subgroupBroadcast(v0, 7), subgroupBroadcast(v1, 0), signs);
    let t3 = triple(subgroupBroadcast(v1, 1), subgroupBroadcast(v1, 2), subgroupBroadcast(v1, 3), signs);
    let t4 = triple(subgroupBroadcast(v1, 4), subgroupBroadcast(v1, 5), subgroupBroadcast(v1, 6), signs);
    let t5 = triple(subgroupBroadcast(v1, 7), subgroupBroadcast(v2, 0), subgroupBroadcast(v2, 1), signs);
    let t6 = triple(subgroupBroadcast(v2, 2), subgroupBroadcast(v2, 3), subgroupBroadcast(v2, 4), signs);
    let t7 = triple(subgroupBroadcast(v2, 5), subgroupBroadcast(v2, 6), subgroupBroadcast(v2, 7), signs);
    add_batch(&count0, t0, t1, t2, t3, t4, t5, t6, t7, key0);
    if (wide) { add_batch(&count1, t0, t1, t2, t3, t4, t5, t6, t7, key1); }
  }
  write_block(&count0, n0, block, taps);
  if (wide) { write_block(&count1, n1, block, taps); }
}
