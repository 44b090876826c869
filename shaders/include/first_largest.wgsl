// include: pool
// The first maximum of a window in the order of taps. s: [input rows][channels], INTEGER i32, else f32.
override INTEGER: bool = false;

@group(0) @binding(1) var<storage, read> s: array<u32>;

fn larger(a: u32, b: u32) -> bool {
  if (INTEGER) { return bitcast<i32>(a) > bitcast<i32>(b); }
  return bitcast<f32>(a) > bitcast<f32>(b);
}

fn first_largest(output: u32, c: u32) -> u32 {
  let area = window_of(output);
  var winner = input_at(area, area.top, area.left);
  var best = s[winner * params.channels + c];
  for (var iy = area.top; iy < area.bottom; iy++) {
    for (var ix = area.left; ix < area.right; ix++) {
      let value = s[input_at(area, iy, ix) * params.channels + c];
      if (larger(value, best)) {
        best = value;
        winner = input_at(area, iy, ix);
      }
    }
  }
  return winner;
}
