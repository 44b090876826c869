import type { PreprocessingStep } from '../architecture/recipe.ts'
import type { ImageShape } from './dataset.ts'

type Gcn = Extract<PreprocessingStep, { kind: 'gcn' }>
type Lcn = Extract<PreprocessingStep, { kind: 'lcn' }>

/** Below this a picture is as good as of one colour, and is not divided (pylearn2, min_divisor). */
const LEAST_DIVISOR = 1e-8

/**
 * Global contrast normalisation, in place: all values of the picture minus their mean, over sqrt(sqrtBias + variance) / scale, where the
 * variance is over n - 1, or over the root of their sum of squares instead (pylearn2, expr/preprocessing.py).
 */
export function normaliseGlobally(values: Float64Array, { subtractMean, useDeviation, sqrtBias, scale }: Gcn): void {
  const count = values.length
  const sum = values.reduce((total, value) => total + value, 0)
  const shift = subtractMean ? sum / count : 0
  for (let at = 0; at < count; at++) values[at] = (values[at] as number) - shift
  const centre = subtractMean ? 0 : sum / count
  let squares = 0
  for (const value of values) squares += useDeviation ? (value - centre) ** 2 : value * value
  const divisor = Math.sqrt(sqrtBias + (useDeviation ? squares / Math.max(1, count - 1) : squares)) / scale
  if (divisor >= LEAST_DIVISOR) for (let at = 0; at < count; at++) values[at] = (values[at] as number) / divisor
}

/** Weights of a Gaussian over size x size places, as one row of the product that they are; they add up to 1. */
export function gaussianRow({ size, deviation }: Pick<Lcn, 'size' | 'deviation'>): Float64Array {
  const middle = (size - 1) / 2
  const row = Float64Array.from({ length: size }, (_, at) => Math.exp(-((at - middle) ** 2) / (2 * deviation * deviation)))
  const total = row.reduce((sum, weight) => sum + weight, 0)
  return row.map(weight => weight / total)
}

/**
 * Local contrast normalisation, in place, channel by channel: v = x - gaussian * x; then v over the larger of sqrt(gaussian * v^2), its mean over
 * the picture, and the threshold. Beyond the border all is 0 (pylearn2, LeCunLCN; K. Jarrett et al. 2009, section 2).
 */
export function normaliseLocally(values: Float64Array, [height, width, channels]: ImageShape, { threshold }: Lcn, row: Float64Array): void {
  const plane = height * width
  const v = new Float64Array(plane)
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < plane; at++) v[at] = values[at * channels + channel] as number
    const means = blurred(v, height, width, row)
    for (let at = 0; at < plane; at++) v[at] = (v[at] as number) - (means[at] as number)
    const deviations = blurred(v.map(value => value * value), height, width, row).map(Math.sqrt)
    const least = Math.max(threshold, deviations.reduce((sum, value) => sum + value, 0) / plane)
    for (let at = 0; at < plane; at++) values[at * channels + channel] = (v[at] as number) / Math.max(least, deviations[at] as number)
  }
}

/** Both directions by the same row of weights, zeros beyond the border. */
function blurred(plane: Float64Array, height: number, width: number, row: Float64Array): Float64Array {
  const reach = (row.length - 1) / 2
  const pass = (from: Float64Array, length: number, step: number, lines: number, lineStep: number): Float64Array => {
    const to = new Float64Array(from.length)
    for (let line = 0; line < lines; line++) {
      for (let at = 0; at < length; at++) {
        let sum = 0
        for (let tap = Math.max(-reach, -at); tap <= Math.min(reach, length - 1 - at); tap++) sum += (row[tap + reach] as number) * (from[line * lineStep + (at + tap) * step] as number)
        to[line * lineStep + at * step] = sum
      }
    }
    return to
  }
  return pass(pass(plane, width, 1, height, width), height, width, width, 1)
}
