import { inverted, distance, type BankSize } from './filterBank.ts'
import { isPositive, popcount, type Signs } from './signs.ts'

/** All weights of every output channel or unit as words of its own: channels[output * words + word], bit row % 32 of word row / 32. */
export interface ChannelBits {
  readonly outputs: number
  /** Weights of a channel. */
  readonly depth: number
  readonly words: number
  readonly channels: Uint32Array
}

/** Of signs [rows][outputs]. */
export function channelBits(signs: Signs, depth: number, outputs: number): ChannelBits {
  const words = Math.ceil(depth / 32)
  const channels = new Uint32Array(outputs * words)
  for (let row = 0, at = 0; row < depth; row++) {
    const [word, bit] = [row >> 5, 1 << (row & 31)]
    for (let output = 0; output < outputs; output++, at++) {
      if (isPositive(signs, at)) channels[output * words + word] = (channels[output * words + word] as number) | bit
    }
  }
  return { outputs, depth, words, channels }
}

/** Weights of a convolution's channel. */
export function channelDepth({ kernel, inputs }: BankSize): number {
  return kernel * kernel * inputs
}

/** Share of its weights that are +1. */
export function channelBalance({ words, channels, depth }: ChannelBits, output: number): number {
  let sum = 0
  for (let at = output * words; at < (output + 1) * words; at++) sum += popcount(channels[at] as number)
  return sum / depth
}

/**
 * The products of two channels' weights, in the mean: 1 where they are equal, -1 where they are opposite, 0 where half of them agree.
 * [outputs][outputs], row-major.
 */
export function channelProducts({ outputs, words, depth, channels }: ChannelBits): Float32Array {
  const products = new Float32Array(outputs * outputs)
  for (let a = 0; a < outputs; a++) {
    products[a * outputs + a] = 1
    for (let b = 0; b < a; b++) {
      let apart = 0
      for (let word = 0, i = a * words, j = b * words; word < words; word++, i++, j++) apart += popcount((channels[i] as number) ^ (channels[j] as number))
      const product = 1 - (2 * apart) / depth
      products[a * outputs + b] = product
      products[b * outputs + a] = product
    }
  }
  return products
}

/** The other channels by how nearly they are equal or opposite to one, the nearest first: weights that differ from it, or from its opposite. */
export function nearestChannels({ outputs, words, depth, channels }: ChannelBits, output: number): { readonly output: number; readonly distance: number; readonly opposite: boolean }[] {
  const own = channels.subarray(output * words, (output + 1) * words)
  const turned = inverted(own, depth)
  return Array.from({ length: outputs }, (_, other) => other).filter(other => other !== output).map(other => {
    const view = channels.subarray(other * words, (other + 1) * words)
    const [same, opposite] = [distance(own, view), distance(turned, view)]
    return { output: other, distance: Math.min(same, opposite), opposite: opposite < same }
  }).sort((a, b) => a.distance - b.distance || a.output - b.output)
}
