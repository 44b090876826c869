/** Height, width, channels for a picture; channels alone for a vector. Counts per image. */
export type Shape = readonly [channels: number] | readonly [height: number, width: number, channels: number]

/**
 * What flows along an edge. pixels: 8-bit input. bits: +-1 packed. ternary: +-1 or absent (dropout, or sign with sign(0) = 0), two
 * packed words. integers: sums of +-1 products, exact. reals: float32.
 */
export type Flow = 'pixels' | 'bits' | 'ternary' | 'integers' | 'reals'

export interface Signal {
  readonly shape: Shape
  readonly flow: Flow
}

/** Values per image. */
export function elements(shape: Shape): number {
  return shape.length === 1 ? shape[0] : shape[0] * shape[1] * shape[2]
}

/** Words of 32 bits that hold `channels` bits. */
export function wordsOf(channels: number): number {
  return Math.ceil(channels / 32)
}

/** Channels: of a vector, its length. */
export function channels(shape: Shape): number {
  return shape.length === 1 ? shape[0] : shape[2]
}

/** Most values one signal may have per image: a sum of that many 8-bit pixels times +-1 still fits a 32-bit integer. */
export const MAX_VALUES = 2 ** 23
