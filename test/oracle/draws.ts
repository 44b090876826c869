/** The random number an element of a layer gets at a step: the same for a row and channel however the work is split. */
import { Stream, streamKey, threefry2x32, unitFloat } from '../../core/random.ts'

/** Uniform draw in [0, 1) of (row, channel): row = image for a vector, position (n * height + y) * width + x for a picture. */
export type Draw = (row: number, channel: number) => number

/**
 * Draws of stochastic weights by input and output. Inputs share words tap by tap, 32 a word; output n of word w takes blocks
 * (w * outputs + n) * 16 and the 15 that follow, two inputs each.
 */
export function weightDraws(seed: number, ordinal: number, { channels, outputs }: { readonly channels: number; readonly outputs: number }, step: number): Draw {
  const key = streamKey(seed, Stream.stochasticWeights, ordinal)
  return (input, output) => {
    const channel = input % channels
    const word = Math.floor(input / channels) * Math.ceil(channels / 32) + (channel >> 5)
    const block = threefry2x32(key, [(word * outputs + output) * 16 + ((channel & 31) >> 1), step])
    return unitFloat((channel & 1) === 0 ? block[0] : block[1])
  }
}

/**
 * Draws of one layer at one training step (1-based). A word of 32 channels takes 16 blocks, each giving two channels
 * a number: channel c uses word c & 1 of block (row * words + c / 32) * 16 + (c mod 32) / 2.
 */
export function elementDraws(seed: number, stream: 'dropout' | 'stochasticSign', ordinal: number, channels: number, step: number): Draw {
  const key = streamKey(seed, Stream[stream], ordinal)
  const words = Math.ceil(channels / 32)
  return (row, channel) => {
    const block = threefry2x32(key, [(row * words + (channel >> 5)) * 16 + ((channel & 31) >> 1), step])
    return unitFloat((channel & 1) === 0 ? block[0] : block[1])
  }
}
