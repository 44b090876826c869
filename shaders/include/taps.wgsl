// The first input and the number of inputs whose bits stand in a word of packed weights: every tap of a convolution starts a
// word of its own, so that weights line up with the words of a position. A file that includes this has params.channels.
fn owned_inputs(word: u32) -> vec2<u32> {
  let words = (params.channels + 31) / 32;
  let first = 32 * (word % words);
  return vec2<u32>(word / words * params.channels + first, min(32u, params.channels - first));
}
