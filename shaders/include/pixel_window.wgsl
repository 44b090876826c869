// include: conv_pixels
// Pixels as kernels for lavapipe load them: what a lane needs to know of its input is worked out once, and of a position once for
// all inputs, so that little more than the load itself is left.

// The input of its row that a lane loads: where its tap lies, and how many bytes from the window's corner.
struct Source {
  used: bool,
  ky: u32,
  kx: u32,
  c: u32,
  offset: u32,
}

fn source(k: u32) -> Source {
  let tap = k / params.channels;
  let c = k % params.channels;
  let ky = tap / params.kernel;
  let kx = tap % params.kernel;
  return Source(ky < params.kernel, ky, kx, c, (ky * params.width + kx) * params.channels + c);
}

// An output row's window: its image's first word and first row, the corner, and the corner's byte; the last three wrap outside.
struct Window {
  words: u32,
  row: u32,
  top: u32,
  left: u32,
  byte: u32,
}

fn window_at(place: vec3<u32>) -> Window {
  let size = params.height * params.width;
  let top = place.y * params.stride - params.padding;
  let left = place.z * params.stride - params.padding;
  return Window(place.x * ((size * params.channels + 3) / 4), place.x * size, top, left, (top * params.width + left) * params.channels);
}

struct Pixel {
  counts: bool,
  value: u32,
}

fn pixel_of(input: Source, window: Window) -> Pixel {
  let y = window.top + input.ky;
  let x = window.left + input.kx;
  let inside = input.used && y < params.height && x < params.width;
  let byte = select(0u, window.byte + input.offset, inside);
  let value = (pixels[window.words + (byte >> 2)] >> (8 * (byte & 3))) & 255;
  if (!MASKED) { return Pixel(inside, value); }
  let at = select(0u, (window.row + y * params.width + x) * params.words + (input.c >> 5), inside);
  return Pixel(inside && ((mask[at] >> (input.c & 31)) & 1) == 1, value);
}
