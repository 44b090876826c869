// include: conv
// 8-bit input: [images][ceil(height * width * channels / 4)] u32, four a word; a presence mask has [input rows][words].
// A file that includes this binds pixels and mask, and declares MASKED.
override MASKED: bool = false;

@group(0) @binding(1) var<storage, read> pixels: array<u32>;
@group(0) @binding(2) var<storage, read> mask: array<u32>;

fn pixel_at(image: u32, row: u32, c: u32) -> f32 {
  let size = params.height * params.width;
  let byte = (row - image * size) * params.channels + c;
  let word = pixels[image * ((size * params.channels + 3) / 4) + (byte >> 2)];
  return f32((word >> (8 * (byte & 3))) & 255);
}

// 1.0 where the input counts: inside the picture and, with MASKED, present.
fn counts_at(row: u32, c: u32) -> f32 {
  if (row == OUTSIDE) { return 0.0; }
  if (MASKED) { return f32((mask[row * params.words + (c >> 5)] >> (c & 31)) & 1); }
  return 1.0;
}
