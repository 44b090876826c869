import type { Recipe } from '../architecture/recipe.ts'
import { planSteps, readsPixels, type ValueStep } from '../architecture/steps.ts'
import { BitwrightError } from '../errors.ts'
import { bytesPerImage, type ImageShape } from './dataset.ts'
import { Preparer, type Fitted, type FittedStep } from './preprocessing.ts'
import { composeWhitenings, Covariance, inverseSquareRoot } from './whitening.ts'

/** The training split, as fitting reads it. */
export interface FitImages {
  readonly count: number
  /** Height, width and channels as stored. */
  readonly shape: ImageShape
  /** The stored bytes of an image; good until the next call. */
  read(image: number): Uint8Array
}

export interface FitResult {
  readonly fitted: Fitted
  /** [values][values], row-major, symmetric: the matrix of a whiten step, for the device. */
  readonly whitening?: Float32Array<ArrayBuffer>
}

export type FitProgress = (what: string, share: number) => void

const WHERE = 'recipe.preprocessing'

/**
 * Fits a recipe's preprocessing on `training` alone, never on validation or test images, in float64 and in the order of the images; steps
 * that are drawn by chance take the middle. Each step learns from what the ones before it give. Throws for data that a step can learn
 * nothing from, such as pixels that are all equal. ZCA takes minutes for large pictures: run it in a thread.
 */
export function fitPreprocessing(preprocessing: Recipe['preprocessing'], training: FitImages, progress?: FitProgress): FitResult {
  const { values: steps } = planSteps(preprocessing)
  const preparer = new Preparer(preprocessing, {}, training.shape)
  // scale, and standardise in front of all else, say themselves what bytes mean.
  const fitted: FittedStep[] = steps[0]?.kind === 'scale' || steps[0]?.kind === 'standardise' ? [] : [BYTES]
  for (const step of steps) if (step.kind !== 'zca') fitted.push(fitStep(step, fitted, preparer, training, progress))
  if (readsPixels(preprocessing)) return { fitted: pixelsOf(fitted) }
  const whitenings = steps.filter(step => step.kind === 'zca')
  const [first] = whitenings
  if (!first) return { fitted: { scale: 1, offset: 0, values: fitted } }
  const { mean, matrix } = whiten(first.images, whitenings.map(({ bias }) => bias), fitted, preparer, training, progress)
  return { fitted: { scale: 1, offset: 0, values: [...fitted, { kind: 'whiten', mean: Array.from(mean) }] }, whitening: matrix }
}

/** What values are before any step: byte / 255. */
const BYTES: FittedStep = { kind: 'affine', scale: [1 / 255], offset: [0] }

function fitStep(step: Exclude<ValueStep, { kind: 'zca' }>, before: readonly FittedStep[], preparer: Preparer, training: FitImages, progress?: FitProgress): FittedStep {
  switch (step.kind) {
    case 'scale': {
      const scale = (step.high - step.low) / 255
      if (scale === 0 || !Number.isFinite(scale)) throw new BitwrightError({ what: `expected two different numbers for low and high, a finite distance apart, found ${step.low} and ${step.high}`, where: WHERE, remedy: 'set low to -1 and high to 1' })
      return { kind: 'affine', scale: [scale], offset: [step.low] }
    }
    case 'standardise':
      return standardise(step.per === 'channel', before, preparer, training, progress)
    case 'gcn':
    case 'lcn':
      return step
  }
}

/** Mean and standard deviation (over n, not n - 1) of what the steps before give, of all values or of each channel. */
function standardise(perChannel: boolean, before: readonly FittedStep[], preparer: Preparer, training: FitImages, progress?: FitProgress): FittedStep {
  if (training.count === 0) throw new BitwrightError({ what: 'expected at least one training image to fit preprocessing on, found none', remedy: 'use a data set with training images' })
  const channels = perChannel ? preparer.shape[2] : 1
  const [first, ...rest] = before
  const onBytes = rest.length === 0 && (first === undefined || (first.kind === 'affine' && first.scale.length === 1))
  const statistics = onBytes ? byteStatistics(channels, first, preparer, training, progress) : valueStatistics(channels, before, preparer, training, progress)
  const flat = statistics.findIndex(({ deviation }) => deviation === 0)
  if (flat >= 0) {
    throw new BitwrightError({
      what: `expected pixels that differ, all of ${perChannel ? `channel ${flat} of ` : ''}the ${training.count} training images are equal: their standard deviation is 0`,
      where: WHERE,
      remedy: 'use preprocessing of kind scale, or check the data set',
    })
  }
  const unit = before.length === 0 ? 255 : 1
  return { kind: 'affine', scale: statistics.map(({ deviation }) => 1 / (unit * deviation)), offset: statistics.map(({ mean, deviation }) => -mean / deviation) }
}

interface Statistics {
  readonly mean: number
  readonly deviation: number
}

/**
 * Of bytes / 255, or of an affine map of bytes. Sums are taken over a histogram of the 256 values, so the result does not depend on the order
 * of the images, and rounding errors do not grow with their number.
 */
function byteStatistics(channels: number, before: FittedStep | undefined, preparer: Preparer, training: FitImages, progress?: FitProgress): Statistics[] {
  const histograms = Array.from({ length: channels }, () => new Float64Array(256))
  eachImage(training, progress, (stored, image) => {
    const pixels = preparer.pixels(stored, image, undefined)
    for (let at = 0; at < pixels.length; at++) {
      const histogram = histograms[at % channels] as Float64Array
      const value = pixels[at] as number
      histogram[value] = (histogram[value] as number) + 1
    }
  })
  const { scale: [scale = 1 / 255], offset: [offset = 0] } = before?.kind === 'affine' ? before : { scale: [], offset: [] }
  return histograms.map(histogram => {
    const count = histogram.reduce((total, n) => total + n, 0)
    const mean = histogram.reduce((total, n, value) => total + n * value, 0) / count
    const deviation = Math.sqrt(histogram.reduce((total, n, value) => total + n * (value - mean) ** 2, 0) / count)
    return before === undefined ? { mean: mean / 255, deviation: deviation / 255 } : { mean: scale * mean + offset, deviation: Math.abs(scale) * deviation }
  })
}

/** Of real values: each image's own sums, put together pairwise (Chan, Golub, LeVeque, The American Statistician 37, 1983, equation 2.1). */
function valueStatistics(channels: number, before: readonly FittedStep[], preparer: Preparer, training: FitImages, progress?: FitProgress): Statistics[] {
  const totals = Array.from({ length: channels }, () => ({ count: 0, mean: 0, squares: 0 }))
  eachImage(training, progress, (stored, image) => {
    const values = preparer.values(preparer.pixels(stored, image, undefined), before)
    const count = values.length / channels
    for (const [channel, total] of totals.entries()) {
      let sum = 0
      for (let at = channel; at < values.length; at += channels) sum += values[at] as number
      const mean = sum / count
      let squares = 0
      for (let at = channel; at < values.length; at += channels) squares += ((values[at] as number) - mean) ** 2
      const all = total.count + count
      const apart = mean - total.mean
      total.squares += squares + apart * apart * ((total.count * count) / all)
      total.mean += apart * (count / all)
      total.count = all
    }
  })
  return totals.map(({ count, mean, squares }) => ({ mean, deviation: Math.sqrt(squares / count) }))
}

const PROGRESS_IMAGES = 256

function eachImage(training: FitImages, progress: FitProgress | undefined, visit: (stored: Uint8Array, image: number) => void): void {
  for (let image = 0; image < training.count; image++) {
    visit(training.read(image), image)
    if (image % PROGRESS_IMAGES === 0) progress?.('measuring training images', image / training.count)
  }
}

/** All steps are affine maps of all values: one map of bytes. */
function pixelsOf(steps: readonly FittedStep[]): Fitted {
  return steps.reduce<Fitted | undefined>((before, step) => {
    if (step.kind !== 'affine') return before
    const [scale = 1, offset = 0] = [step.scale[0], step.offset[0]]
    return before ? { scale: scale * before.scale, offset: scale * before.offset + offset } : { scale, offset }
  }, undefined) ?? { scale: 1 / 255, offset: 0 }
}

/** Beyond this the matrix would take over half a gigabyte, and its root hours. */
const MOST_WHITENED = 8192

/** Mean and whitening matrix of what the steps before give, over at most `most` images at equal distances. */
function whiten(most: number, biases: readonly number[], before: readonly FittedStep[], preparer: Preparer, training: FitImages, progress?: FitProgress): { readonly mean: Float64Array; readonly matrix: Float32Array<ArrayBuffer> } {
  const size = bytesPerImage(preparer.shape)
  if (size > MOST_WHITENED) throw new BitwrightError({ what: `expected pictures of at most ${MOST_WHITENED} values for zca, found ${size}`, where: WHERE, remedy: 'leave zca out, or resize the pictures before it' })
  const count = Math.min(most, training.count)
  if (count < 2) throw new BitwrightError({ what: `expected at least two training images for zca, found ${count}`, where: WHERE, remedy: 'use more training images' })
  const sums = new Covariance(size)
  for (let k = 0; k < count; k++) {
    const image = Math.floor((k * training.count) / count)
    sums.add(preparer.values(preparer.pixels(training.read(image), image, undefined), before))
    if (k % PROGRESS_IMAGES === 0) progress?.('covariance for ZCA', k / count)
  }
  const { mean, covariance } = sums.finish()
  const { factor, bias } = composeWhitenings(biases)
  const root = inverseSquareRoot(covariance, size, bias, share => progress?.('whitening matrix', share))
  return { mean, matrix: Float32Array.from(root, value => factor * value) }
}
