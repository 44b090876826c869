import type { Recipe } from '../architecture/recipe.ts'
import { BitwrightError } from '../errors.ts'
import type { Split } from './dataset.ts'

/** A pixel byte p means scale * p + offset to the network. */
export interface AffinePixels {
  readonly scale: number
  readonly offset: number
}

/**
 * What pixel bytes mean under a recipe. standardise is fitted on `training` alone, never on validation or test images:
 * scalar mean and standard deviation (over n, not n - 1) of all its pixels / 255, in float64.
 * Throws for a constant: low equal to high, or pixels that are all equal.
 */
export function fitPreprocessing(preprocessing: Recipe['preprocessing'], training: Split): AffinePixels {
  if (preprocessing.kind === 'scale') {
    const { low, high } = preprocessing
    const scale = (high - low) / 255
    if (scale === 0 || !Number.isFinite(scale)) throw new BitwrightError({ what: `expected two different numbers for low and high, a finite distance apart, found ${low} and ${high}`, where: 'recipe.preprocessing', remedy: 'set low to -1 and high to 1' })
    return { scale, offset: low }
  }
  const { mean, deviation } = pixelStatistics(training.images)
  if (deviation === 0) {
    throw new BitwrightError({
      what: `expected pixels that differ, all ${training.images.length} of the training images are ${training.images[0]}: their standard deviation is 0`,
      where: 'recipe.preprocessing',
      remedy: 'use preprocessing of kind scale, or check the data set',
    })
  }
  return { scale: 1 / (255 * deviation), offset: -mean / deviation }
}

/**
 * Mean and standard deviation of pixels / 255. Sums are taken over a histogram of the 256 values, so the
 * result does not depend on the order of the images, and rounding errors do not grow with their number.
 */
export function pixelStatistics(pixels: Uint8Array): { readonly mean: number; readonly deviation: number } {
  if (pixels.length === 0) throw new BitwrightError({ what: 'expected at least one training image to fit preprocessing on, found none', remedy: 'use a data set with training images' })
  const histogram = new Float64Array(256)
  for (const pixel of pixels) histogram[pixel] = (histogram[pixel] as number) + 1
  const sum = histogram.reduce((total, n, value) => total + n * value, 0)
  const mean = sum / pixels.length
  const squares = histogram.reduce((total, n, value) => total + n * (value - mean) ** 2, 0)
  return { mean: mean / 255, deviation: Math.sqrt(squares / pixels.length) / 255 }
}
