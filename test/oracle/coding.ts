/** What the input makes of a pixel byte. */
export interface Coding {
  readonly kind: 'recipe' | 'affine' | 'fixedPoint' | 'threshold'
  readonly low: number
  readonly high: number
  readonly bits: number
  readonly fractionBits: number
  readonly threshold: number
}

/** Fixed point: the multiple of 2^-fractionBits nearest to the value, the upper of two, among the 2^bits that two's complement has. */
export function meaningOf({ kind, low, high, bits, fractionBits, threshold }: Coding, recipe: { readonly scale: number; readonly offset: number }): (pixel: number) => number {
  if (kind === 'recipe') return pixel => recipe.scale * pixel + recipe.offset
  const value = (pixel: number): number => low + (pixel / 255) * (high - low)
  if (kind === 'affine') return value
  if (kind === 'threshold') return pixel => (value(pixel) >= threshold ? 1 : -1)
  const step = 1 / 2 ** fractionBits
  const [first, last] = [-(2 ** (bits - 1)) * step, (2 ** (bits - 1) - 1) * step]
  return pixel => {
    const below = Math.floor(value(pixel) / step) * step
    const nearest = value(pixel) - below >= step / 2 ? below + step : below
    return nearest < first ? first : nearest > last ? last : nearest
  }
}
