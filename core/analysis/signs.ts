/**
 * Signs of a weight tensor [rows][outputs], a bit each, whatever the layer: bit i % 32 of word i / 32, least significant first, is
 * that of value i = row * outputs + output; 1 for +1. Bits beyond the last value are 0.
 */
export type Signs = Uint32Array<ArrayBuffer>

export function signWords(values: number): number {
  return Math.ceil(values / 32)
}

/** Of latent weights: 0 and above is +1. */
export function signsOf(latent: ArrayLike<number>): Signs {
  const signs = new Uint32Array(signWords(latent.length))
  for (let word = 0, at = 0; word < signs.length; word++) {
    const end = Math.min(latent.length, at + 32)
    let bits = 0
    for (let bit = 0; at < end; at++, bit++) if ((latent[at] as number) >= 0) bits |= 1 << bit
    signs[word] = bits
  }
  return signs
}

/** True for +1. */
export function isPositive(signs: Signs, at: number): boolean {
  return (((signs[at >> 5] as number) >>> (at & 31)) & 1) === 1
}

/** Weights whose sign differs between two of one size. */
export function flippedWeights(before: Signs, after: Signs): number {
  return before.reduce((sum, word, at) => sum + popcount(word ^ (after[at] as number)), 0)
}

/** The signs that differ, a bit each: 1 where they do. */
export function flips(before: Signs, after: Signs): Signs {
  return before.map((word, at) => (word ^ (after[at] as number)) >>> 0)
}

/** Bits of a 32-bit word that are 1. */
export function popcount(word: number): number {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
