/**
 * The packed layouts of the shaders, written out element by element. Bit 1 is +1, least significant bit first, 32
 * channels a word, tail bits 0.
 */
import { at, Matrix, sign } from './numbers.ts'

function packWhere(matrix: Matrix, isSet: (value: number) => boolean): Uint32Array {
  const words = Math.ceil(matrix.columns / 32)
  const packed = new Uint32Array(matrix.rows * words)
  for (let row = 0; row < matrix.rows; row++) {
    for (let channel = 0; channel < matrix.columns; channel++) {
      if (isSet(matrix.at(row, channel))) setBit(packed, row * words + (channel >> 5), channel & 31)
    }
  }
  return packed
}

function setBit(words: Uint32Array, word: number, bit: number): void {
  words[word] = (at(words, word) | (1 << bit)) >>> 0
}

function bitOf(words: Uint32Array, word: number, bit: number): 0 | 1 {
  return ((at(words, word) >>> bit) & 1) === 1 ? 1 : 0
}

/** +-1 activations as [row][word]. Absent elements (0) of a ternary tensor are 0 bits. */
export function packBits(matrix: Matrix): Uint32Array {
  return packWhere(matrix, value => value > 0)
}

/** The second word of a ternary tensor, [row][word]: bit 1 where the element is present (not 0). */
export function packPresence(matrix: Matrix): Uint32Array {
  return packWhere(matrix, value => value !== 0)
}

/** [row][word] back to +-1; with `presence` absent elements become 0. */
export function unpackBits(packed: Uint32Array, rows: number, channels: number, presence?: Uint32Array): Matrix {
  const words = Math.ceil(channels / 32)
  return new Matrix(rows, channels).map((_, row, channel) => {
    const word = row * words + (channel >> 5)
    if (presence !== undefined && bitOf(presence, word, channel & 31) === 0) return 0
    return bitOf(packed, word, channel & 31) === 1 ? 1 : -1
  })
}

/** Latent weights [input][output] as sign bits [word][output]: bit b of word w is input channel 32 w + b. */
export function packWeights(latent: ArrayLike<number>, inputs: number, outputs: number): Uint32Array {
  const packed = new Uint32Array(Math.ceil(inputs / 32) * outputs)
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) {
      if (sign(at(latent, input * outputs + output)) === 1) setBit(packed, (input >> 5) * outputs + output, input & 31)
    }
  }
  return packed
}

/** Latent weights of a convolution [tap * channels + channel][filter] as sign bits [tap][word][filter]: each tap's channels fill words of their own. */
export function packKernels(latent: ArrayLike<number>, taps: number, channels: number, filters: number): Uint32Array {
  const words = Math.ceil(channels / 32)
  const packed = new Uint32Array(taps * words * filters)
  const all = Float64Array.from(latent)
  for (let tap = 0; tap < taps; tap++) {
    const own = all.subarray(tap * channels * filters, (tap + 1) * channels * filters)
    packed.set(packWeights(own, channels, filters), tap * words * filters)
  }
  return packed
}

/** [word][output] back to +-1 as [input][output]. */
export function unpackWeights(packed: Uint32Array, inputs: number, outputs: number): Float64Array {
  const weights = new Float64Array(inputs * outputs)
  for (let input = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++) {
      weights[input * outputs + output] = bitOf(packed, (input >> 5) * outputs + output, input & 31) === 1 ? 1 : -1
    }
  }
  return weights
}

/** Pixels [row][K] unpadded as [row][ceil(K / 4)] words: four pixels a word, the first in the lowest byte, tail bytes 0. */
export function packPixels(pixels: Uint8Array, rows: number, depth: number): Uint32Array {
  const words = Math.ceil(depth / 4)
  const packed = new Uint32Array(rows * words)
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < depth; k++) {
      const word = row * words + (k >> 2)
      packed[word] = (at(packed, word) | (at(pixels, row * depth + k) << (8 * (k & 3)))) >>> 0
    }
  }
  return packed
}
