// include: pool
// dx[i][c] = sum of g[o][c] over the windows o in which input i is the first +1, or the first of all if there is no +1 (f32).
// bits: [input rows][words]; g: [rows][channels] f32; dx: [input rows][channels] f32.
// One invocation owns the 32 channels of one word of one input row; windows increase.
// dispatch: x = ceil(words / 8), y = ceil(images * height * width / 8)
// split: images of bits, g, dx

@group(0) @binding(1) var<storage, read> bits: array<u32>;
@group(0) @binding(2) var<storage, read> g: array<f32>;
@group(0) @binding(3) var<storage, read_write> dx: array<f32>;

// Channels of a word for which input row `row` is the first maximum of the window of `output`.
fn won(output: u32, row: u32, word: u32) -> u32 {
  let area = window_of(output);
  var before = 0u;
  var after = 0u;
  for (var iy = area.top; iy < area.bottom; iy++) {
    for (var ix = area.left; ix < area.right; ix++) {
      let at = input_at(area, iy, ix);
      if (at < row) { before |= bits[at * params.words + word]; }
      if (at > row) { after |= bits[at * params.words + word]; }
    }
  }
  let own = bits[row * params.words + word];
  let first = input_at(area, area.top, area.left) == row;
  return (own & ~before) | select(0u, ~(own | after), first);
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x >= params.words || id.y >= params.images * params.height * params.width) { return; }
  let area = windows_with(id.y);
  let last = min(32u, params.channels - 32 * id.x);
  let own = id.y * params.channels + 32 * id.x;
  for (var j = 0u; j < last; j++) { dx[own + j] = 0.0; }
  for (var oy = area.top; oy < area.bottom; oy++) {
    for (var ox = area.left; ox < area.right; ox++) {
      let output = output_at(area, oy, ox);
      let winners = won(output, id.y, id.x);
      for (var j = 0u; j < last; j++) {
        if (((winners >> j) & 1) == 1) { dx[own + j] += g[output * params.channels + 32 * id.x + j]; }
      }
    }
  }
}
