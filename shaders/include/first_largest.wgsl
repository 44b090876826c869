// include: pool
// The first maximum of a window in the order of taps. s: [input rows][channels], INTEGER i32, else f32.
override INTEGER: bool = false;

@group(0) @binding(1) var<storage, read> s: array<u32>;

struct Largest {
  value: u32,
  row: u32, // of the input
}

fn larger(a: u32, b: u32) -> bool {
  if (INTEGER) { return bitcast<i32>(a) > bitcast<i32>(b); }
  return bitcast<f32>(a) > bitcast<f32>(b);
}

fn first_largest(area: Area, c: u32) -> Largest {
  let first = input_at(area, area.top, area.left);
  var best = Largest(0, first);
  for (var iy = area.top; iy < area.bottom; iy++) {
    for (var ix = area.left; ix < area.right; ix++) {
      let row = input_at(area, iy, ix);
      let value = s[row * params.channels + c];
      if (row == first || larger(value, best.value)) { best = Largest(value, row); }
    }
  }
  return best;
}
