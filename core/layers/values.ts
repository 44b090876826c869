import { channels as channelsOf, elements, wordsOf, type Shape } from '../architecture/signal.ts'
import type { Tensor } from '../gpu/tensor.ts'

/**
 * A value has a row for every position of every image, row = (image * height + y) * width + x; a vector has one position. Below,
 * `rows` counts these, and `channels` what each of them holds.
 */

/**
 * 8-bit input [images][height * width * channels], four pixels a word, meaning scale * pixel + offset; presence bits
 * [rows][words] say which pixels dropout kept.
 */
export interface Pixels {
  readonly flow: 'pixels'
  readonly shape: Shape
  readonly pixels: Tensor
  readonly scale: number
  readonly offset: number
  readonly presence?: Tensor
}

/** +-scale as bits [rows][words], words = ceil(channels / 32); where a presence bit is 0 the value is 0 (dropout, or sign(0) = 0). */
export interface Bits {
  readonly flow: 'bits'
  readonly shape: Shape
  readonly bits: Tensor
  readonly scale: number
  readonly presence?: Tensor
}

/** Batch norm not yet applied: whoever reads the sums applies it. `beta` and `gamma` have one value a channel. */
export interface Normalisation {
  readonly statistics: Tensor
  readonly gamma: Tensor
  readonly beta: Tensor
  readonly shift: boolean
  readonly floor: boolean
}

/**
 * Sums of products [rows][channels]: i32 bit patterns when `integer`, else float32. Their meaning is scale * sum, then the
 * normalisation if there is one. `again` gives the sums in backward: kept, or computed once more from bits.
 */
export interface Sums {
  readonly flow: 'sums'
  readonly shape: Shape
  readonly sums: Tensor
  readonly integer: boolean
  readonly scale: number
  readonly normalisation?: Normalisation
  /** Network input: nothing in front of it learns. */
  readonly fixed?: true
  again(): Tensor
}

export type Value = Pixels | Bits | Sums

/** dLoss/dvalue = scale * data where all masks have a set bit, else 0. data: [rows][channels]; masks: [rows][words]. */
export interface Gradient {
  readonly data: Tensor
  readonly masks: readonly Tensor[]
  readonly scale: number
}

/** Whether nothing in front of the value learns, so that its gradient need not be computed. */
export function isFixed(value: Value): boolean {
  return value.flow === 'pixels' || (value.flow === 'sums' && value.fixed === true)
}

export type Shaped = Pick<Value, 'shape'>

export function channels({ shape }: Shaped): number {
  return channelsOf(shape)
}

/** Positions of one image: 1 for a vector. */
export function positions({ shape }: Shaped): number {
  return elements(shape) / channelsOf(shape)
}

export function words(value: Shaped): number {
  return wordsOf(channels(value))
}
