/**
 * Batch normalization per channel, over all rows. vanilla: Ioffe and Szegedy. shift: the paper's shift-based variant
 * ("Shift based Batch Normalizing Transform") as the Torch7 code computes it, with AP2 in place of multiplicands.
 */
import { addTerm, zeroGradient, type ParameterGradient } from './dense.ts'
import { Margins } from './margins.ts'
import { ap2, ap2Distance, at, Matrix, type Rounding } from './numbers.ts'

export interface BatchNormOptions {
  readonly mode: 'vanilla' | 'shift'
  readonly epsilon: number
  /** Weight of the new batch in the running statistics. */
  readonly momentum: number
  readonly running: 'variance' | 'inverseStd'
  readonly rounding: Rounding
}

/** Per channel, of one batch. shift: variance is mean(AP2(c) * c). inverse = 1 / sqrt(variance + epsilon), not rounded. */
export interface BatchStatistics {
  readonly mean: Float64Array
  readonly variance: Float64Array
  readonly inverse: Float64Array
}

/** mean, and runningVariance or runningInverseStd as `running` says. Changed in place by updateRunning. */
export interface RunningStatistics {
  readonly mean: Float64Array
  readonly spread: Float64Array
}

export function batchStatistics(input: Matrix, { mode, epsilon, rounding }: BatchNormOptions, margins = new Margins()): BatchStatistics {
  const mean = new Float64Array(input.columns)
  const variance = new Float64Array(input.columns)
  const inverse = new Float64Array(input.columns)
  for (let channel = 0; channel < input.columns; channel++) {
    let sum = 0
    for (let row = 0; row < input.rows; row++) sum += input.at(row, channel)
    const mu = sum / input.rows
    let squares = 0
    for (let row = 0; row < input.rows; row++) {
      const c = input.at(row, channel) - mu
      squares += mode === 'shift' ? ap2(c, rounding) * c : c * c
      // The error of c = s - mu grows with mu, not with c: its distance is measured against the larger.
      if (mode === 'shift' && c !== 0) margins.record('batchNormRounding', ap2Distance(c, rounding) * Math.abs(c) / Math.max(Math.abs(c), Math.abs(mu)))
    }
    mean[channel] = mu
    variance[channel] = squares / input.rows
    inverse[channel] = 1 / Math.sqrt(squares / input.rows + epsilon)
  }
  return { mean, variance, inverse }
}

/** The two factors on (s - mean): inverse deviation and gamma, both AP2 in shift mode. */
function factors(channel: number, inverse: Float64Array, gamma: Float64Array, { mode, rounding }: BatchNormOptions): readonly [number, number] {
  const r = at(inverse, channel)
  const g = at(gamma, channel)
  return mode === 'shift' ? [ap2(r, rounding), ap2(g, rounding)] : [r, g]
}

/** y = (s - mean) * R * G + beta, used with the batch's statistics in training and the running ones in evaluation. */
export function normalise(
  input: Matrix, mean: Float64Array, inverse: Float64Array, gamma: Float64Array, beta: Float64Array | undefined,
  options: BatchNormOptions, margins = new Margins(),
): Matrix {
  const output = new Matrix(input.rows, input.columns)
  for (let channel = 0; channel < input.columns; channel++) {
    const [R, G] = factors(channel, inverse, gamma, options)
    if (options.mode === 'shift') {
      margins.record('batchNormRounding', ap2Distance(at(inverse, channel), options.rounding))
      // gamma is stored, not computed: one that is exactly a power of two (as it starts) is so in float32 as well.
      if (G !== at(gamma, channel)) margins.record('batchNormRounding', ap2Distance(at(gamma, channel), options.rounding))
    }
    for (let row = 0; row < input.rows; row++) {
      const offset = beta === undefined ? 0 : at(beta, channel)
      output.set(row, channel, (input.at(row, channel) - at(mean, channel)) * R * G + offset)
    }
  }
  return output
}

/**
 * vanilla: dx = inv * gamma * (g - mean(g) - n * mean(g * n)), n = c * inv, dgamma = sum g * n.
 * shift: dx = G * R * (g - mean(g) - ch * R^2 * mean(ch * g)), ch = AP2(c), dgamma = sum g * AP2(c * R).
 * dbeta = sum g in both.
 */
export function batchNormBackward(
  input: Matrix, { mean, inverse }: BatchStatistics, gamma: Float64Array, options: BatchNormOptions, gradient: Matrix,
): { input: Matrix; gamma: ParameterGradient; beta: ParameterGradient } {
  const inputGradient = new Matrix(input.rows, input.columns)
  const gammaGradient = zeroGradient(input.columns)
  const betaGradient = zeroGradient(input.columns)
  const shift = options.mode === 'shift'
  for (let channel = 0; channel < input.columns; channel++) {
    const [R, G] = factors(channel, inverse, gamma, options)
    let meanGradient = 0
    let meanProduct = 0
    for (let row = 0; row < input.rows; row++) {
      const g = gradient.at(row, channel)
      const c = input.at(row, channel) - at(mean, channel)
      addTerm(betaGradient, channel, g)
      addTerm(gammaGradient, channel, g * (shift ? ap2(c * R, options.rounding) : c * R))
      meanGradient += g / input.rows
      meanProduct += g * (shift ? ap2(c, options.rounding) : c) / input.rows
    }
    for (let row = 0; row < input.rows; row++) {
      const c = input.at(row, channel) - at(mean, channel)
      const rounded = shift ? ap2(c, options.rounding) : c
      inputGradient.set(row, channel, G * R * (gradient.at(row, channel) - meanGradient - rounded * R * R * meanProduct))
    }
  }
  return { input: inputGradient, gamma: gammaGradient, beta: betaGradient }
}

/** Moves the running statistics by `momentum`. The variance is made unbiased by M / max(M - 1, 1), as Torch does. */
export function updateRunning(running: RunningStatistics, batch: BatchStatistics, rows: number, options: BatchNormOptions): void {
  const a = options.momentum
  for (let channel = 0; channel < running.mean.length; channel++) {
    const spread = options.running === 'variance' ? at(batch.variance, channel) * rows / Math.max(rows - 1, 1) : at(batch.inverse, channel)
    running.mean[channel] = (1 - a) * at(running.mean, channel) + a * at(batch.mean, channel)
    running.spread[channel] = (1 - a) * at(running.spread, channel) + a * spread
  }
}

/** The inverse deviation that evaluation uses, not rounded. */
export function runningInverse(running: RunningStatistics, { running: kind, epsilon }: BatchNormOptions): Float64Array {
  return kind === 'variance' ? running.spread.map(variance => 1 / Math.sqrt(variance + epsilon)) : running.spread.slice()
}
