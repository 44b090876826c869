// include: normalise
// include: sum_keys
// What a sign makes of the sums of a channel, as bounds of the sums: y >= 0 exactly if low <= key(sum) <= high, where y is the sum,
// normalised (NORMALISE) and less the channel's threshold (THRESHOLD). ZERO: also the bounds within which y = 0.
// y never falls, or never rises, while the sum does, since every rounding of float32 keeps order; so each bound is found by halving,
// with the very expressions that sign_pack evaluates, and no sum is decided otherwise than there. Sums are looked at up to
// +-2^24 (INTEGER: all that float32 holds exactly) or +-1e30, beyond which nothing changes while they are finite.
// statistics: [2][outputs]; gamma, beta, threshold: [outputs]; bounds: [4][outputs] i32 (low, high, low and high of 0).
// One invocation owns a channel.
// dispatch: x = ceil(outputs / 64)
// split: none

override THRESHOLD: bool = false;
override ZERO: bool = false;

struct Params {
  outputs: u32,
  scale: f32,
}
@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> statistics: array<f32>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read> threshold: array<f32>;
@group(0) @binding(5) var<storage, read_write> bounds: array<i32>;

// Key of +infinity; that of -infinity is its complement. What is not a number lies outside both.
const INFINITY = 0x7f800000;

fn value_of(key: i32, n: u32) -> f32 {
  var y = sum_of(pattern_of(key), params.scale);
  if (NORMALISE) { y = normalised(y, statistics[n], statistics[params.outputs + n], gamma[n], beta[n]); }
  if (THRESHOLD) { y -= threshold[n]; }
  return y;
}

fn holds(key: i32, n: u32, below: bool) -> bool {
  let y = value_of(key, n);
  return select(y >= 0, y <= 0, below);
}

// Keys of the sums for which y >= 0 (below: y <= 0), from the first to the last; (1, 0) if there is none.
fn where_holds(n: u32, below: bool) -> vec2<i32> {
  let farthest = select(0x7149f2ca, 0x01000000, INTEGER);
  let least = select(~INFINITY, -0x7fffffff, INTEGER);
  let most = select(INFINITY, 0x7fffffff, INTEGER);
  var low = -farthest;
  var high = farthest;
  let first = holds(low, n, below);
  if (first == holds(high, n, below)) { return select(vec2<i32>(1, 0), vec2<i32>(least, most), first); }
  while (bitcast<u32>(high) - bitcast<u32>(low) > 1) {
    let middle = (low >> 1) + (high >> 1) + (low & high & 1);
    if (holds(middle, n, below) == first) { low = middle; } else { high = middle; }
  }
  return select(vec2<i32>(high, most), vec2<i32>(least, low), first);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let n = id.x;
  if (n >= params.outputs) { return; }
  let plus = where_holds(n, false);
  bounds[n] = plus.x;
  bounds[params.outputs + n] = plus.y;
  if (ZERO) {
    let minus = where_holds(n, true);
    bounds[2 * params.outputs + n] = max(plus.x, minus.x);
    bounds[3 * params.outputs + n] = min(plus.y, minus.y);
  }
}
