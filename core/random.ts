/**
 * Counter-based random numbers: every draw is a pure function of (seed, stream, counter), so a run can be
 * cut anywhere and continued with the same numbers, on the host and in shaders alike.
 *
 * Generator: Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as
 * 1, 2, 3", SC 2011, section 3.2). It needs only 32-bit add, rotate and xor, which WGSL has.
 * shaders/include/threefry.wgsl is its twin: test/core/random.test.ts holds this one to the published vectors, and the tests of
 * whole steps hold the two together, since dropout and stochastic signs must fall as the reference draws them.
 */
export type Pair = readonly [number, number]

/** The independent sequences of one run. The numbers are part of the checkpoint format: never reuse one. */
export const Stream = { shuffle: 1, initialWeights: 2, split: 3, stochasticSign: 4, dropout: 5, batchNormScale: 6, augmentation: 7, stochasticWeights: 8, sweep: 9 } as const

const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const
const PARITY = 0x1bd11bda

/** One block: two 32-bit words from a 64-bit key and a 64-bit counter. All words are unsigned. */
export function threefry2x32([k0, k1]: Pair, [c0, c1]: Pair): Pair {
  const keys = [k0 | 0, k1 | 0, (k0 ^ k1 ^ PARITY) | 0]
  let x0 = (c0 + k0) | 0
  let x1 = (c1 + k1) | 0
  for (let round = 0; round < 20; round++) {
    const r = ROTATIONS[round & 7] as number
    x0 = (x0 + x1) | 0
    x1 = (((x1 << r) | (x1 >>> (32 - r))) ^ x0) | 0
    if ((round & 3) === 3) {
      const injection = (round >> 2) + 1
      x0 = (x0 + (keys[injection % 3] as number)) | 0
      x1 = (x1 + (keys[(injection + 1) % 3] as number) + injection) | 0
    }
  }
  return [x0 >>> 0, x1 >>> 0]
}

/** Key of one use of the generator: the run's seed, one of the streams, and which consumer (such as a layer's number). */
export function streamKey(seed: number, stream: number, consumer = 0): Pair {
  return threefry2x32([seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0], [stream, consumer])
}

/** 24 random bits as a float in [0, 1): exact in float32, so host and device agree. */
export function unitFloat(word: number): number {
  return (word >>> 8) / 0x1000000
}

/** Fills `out` with uniform floats in [low, high), drawn at counters 0, 1, 2, ... of `key`. */
export function fillUniform(out: Float32Array, key: Pair, low: number, high: number): Float32Array {
  const width = high - low
  for (let i = 0; i < out.length; i += 2) {
    const [a, b] = threefry2x32(key, [i >>> 1, 0])
    out[i] = low + width * unitFloat(a)
    if (i + 1 < out.length) out[i + 1] = low + width * unitFloat(b)
  }
  return out
}

/** A permutation of 0..count-1 (Fisher-Yates); `epoch` selects a different one of the same key. */
export function permutation(count: number, key: Pair, epoch: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i)
  for (let i = count - 1; i > 0; i--) {
    const [word] = threefry2x32(key, [i, epoch])
    // Multiply-shift: the bias is below count / 2^32, far under anything a shuffle can show.
    const j = Math.floor((word / 2 ** 32) * (i + 1))
    const swap = order[i] as number
    order[i] = order[j] as number
    order[j] = swap
  }
  return order
}
