import type { InputAttributes } from './kinds/input.ts'

/**
 * What the network sees of the 256 values of a pixel byte. pixels: still a byte, `codes` (absent where it is the pixel itself), meaning
 * scale * code + offset. reals: a number each, not evenly apart. bits: +1 or -1.
 */
export type CodedPixels =
  | { readonly flow: 'pixels'; readonly codes?: Uint8Array; readonly scale: number; readonly offset: number }
  | { readonly flow: 'reals'; readonly values: Float64Array }
  | { readonly flow: 'bits'; readonly positive: readonly boolean[] }

/** Fixed point of so many bits still fits a byte, so sums over it stay whole numbers. */
const BYTE_BITS = 8

/** How an input codes its pixels, worked out in float64; undefined where the recipe says it. */
export function codedPixels({ coding, low, high, bits, fractionBits = bits - 1, threshold }: InputAttributes): CodedPixels | undefined {
  if (coding === 'recipe') return undefined
  if (coding === 'affine') return { flow: 'pixels', scale: (high - low) / 255, offset: low }
  const values = Float64Array.from({ length: 256 }, (_, pixel) => low + ((high - low) * pixel) / 255)
  if (coding === 'threshold') return { flow: 'bits', positive: Array.from(values, value => value >= threshold) }
  const least = -(2 ** (bits - 1))
  // Halves are rounded up, and what the bits cannot hold is clipped.
  const codes = values.map(value => Math.min(Math.max(Math.floor(value * 2 ** fractionBits + 0.5), least), -least - 1))
  const unit = 2 ** -fractionBits
  if (bits > BYTE_BITS) return { flow: 'reals', values: codes.map(code => code * unit) }
  return { flow: 'pixels', codes: Uint8Array.from(codes, code => code - least), scale: unit, offset: least * unit }
}
