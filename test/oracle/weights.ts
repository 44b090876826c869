/** The weights that a product uses, made of latent ones, and the way back of their gradient (bnn-spec section 4). [input][output] row-major. */
import type { ParameterGradient } from './dense.ts'
import type { Draw } from './draws.ts'
import { Margins } from './margins.ts'
import { at, hardSigmoid, type Matrix, sign } from './numbers.ts'
import { imagesAndRows, tapsInside, type Size, type Window } from './window.ts'

export interface WeightOptions {
  readonly weights: 'binary' | 'scaled' | 'quantized' | 'real'
  readonly weightBits: number
  readonly binarisation: 'deterministic' | 'stochastic'
  readonly weightMask: 'off' | 'clip' | 'strict'
  readonly scaleGradient: 'corrected' | 'constant' | 'unit' | 'paper'
  readonly inputScale: boolean
  readonly centred: boolean
}

/** Of each output, the mean of its weights' magnitudes. */
export function alphas(latent: Float64Array, outputs: number): Float64Array {
  const sums = new Float64Array(outputs)
  for (let i = 0; i < latent.length; i++) sums[i % outputs] = at(sums, i % outputs) + Math.abs(at(latent, i))
  return sums.map(sum => sum / (latent.length / outputs))
}

/**
 * What the products use. `draw` gives training's random numbers by input and output; without it, as in evaluation, stochastic
 * weights are the reals they are drawn from.
 */
export function usedWeights(latent: Float64Array, { weights, weightBits, binarisation }: WeightOptions, outputs: number, draw?: Draw, margins = new Margins()): Float64Array {
  if (weights === 'real') return latent
  if (weights === 'binary' && binarisation === 'stochastic') {
    if (!draw) return latent
    return latent.map((w, i) => {
      const u = draw(Math.floor(i / outputs), i % outputs)
      // One addition is all that rounds, so a draw decides fifty times closer than sums do.
      margins.record('stochasticWeight', 50 * Math.abs((w + 1) / 2 - u))
      return u < hardSigmoid(w) ? 1 : -1
    })
  }
  if (weights === 'quantized' && weightBits > 1) return quantized(latent, 2 ** weightBits - 1, margins)
  const signs = latent.map(sign)
  if (weights === 'quantized') {
    const mean = latent.reduce((sum, w) => sum + Math.abs(w), 0) / latent.length
    return signs.map(s => mean * s)
  }
  if (weights === 'binary') return signs
  const alpha = alphas(latent, outputs)
  return signs.map((s, i) => at(alpha, i % outputs) * s)
}

/** DoReFa-Net's weights of k bits, levels = 2^k - 1: tanh, over its largest magnitude, onto [0, 1], rounded, and back onto [-1, 1]. */
function quantized(latent: Float64Array, levels: number, margins: Margins): Float64Array {
  const largest = largestTanh(latent)
  return latent.map(w => {
    const x = levels * (Math.tanh(w) / (2 * largest) + 0.5)
    // Float32 finds x / levels, which lies in [0, 1], to some roundings of it: a level is in doubt twenty times closer than sums are.
    margins.record('weightLevel', 20 * Math.abs(x - Math.floor(x) - 0.5) / levels)
    return 2 * Math.round(x) / levels - 1
  })
}

function largestTanh(latent: Float64Array): number {
  return Math.tanh(latent.reduce((most, w) => Math.max(most, Math.abs(w)), 0))
}

function passes(w: number, mask: WeightOptions['weightMask']): number {
  if (mask === 'off') return 1
  return (mask === 'clip' ? Math.abs(w) <= 1 : Math.abs(w) < 1) ? 1 : 0
}

/** From the gradient of the weights used to that of the latent ones. `taps`: of a convolution, 1 for a dense layer. */
export function latentGradient(latent: Float64Array, { gradient, magnitude }: ParameterGradient, options: WeightOptions, outputs: number, taps: number): ParameterGradient {
  if (options.weights === 'real') return { gradient, magnitude }
  if (options.weights === 'quantized' && options.weightBits > 1) {
    const largest = largestTanh(latent)
    const slopes = latent.map(w => (1 - Math.tanh(w) ** 2) / largest)
    return { gradient: gradient.map((g, i) => g * at(slopes, i)), magnitude: magnitude.map((m, i) => m * at(slopes, i)) }
  }
  const scaled = options.weights === 'scaled'
  const n = latent.length / outputs
  const alpha = alphas(latent, outputs)
  const [signed, terms] = [new Float64Array(outputs), new Float64Array(outputs)]
  for (let i = 0; i < latent.length; i++) {
    signed[i % outputs] = at(signed, i % outputs) + at(gradient, i) * sign(at(latent, i))
    terms[i % outputs] = at(terms, i % outputs) + at(magnitude, i)
  }
  const paper = scaled && options.scaleGradient === 'paper'
  const corrected = scaled && options.scaleGradient === 'corrected' ? 1 : 0
  const factor = paper && options.centred ? 1 - taps / n : 1
  const slope = (w: number, i: number): number => {
    const straight = scaled && options.scaleGradient !== 'unit' ? at(alpha, i % outputs) : 1
    return straight * passes(w, options.weightMask) + (paper ? 1 / n : 0)
  }
  return {
    gradient: latent.map((w, i) => factor * (slope(w, i) * at(gradient, i) + corrected * sign(w) / n * at(signed, i % outputs))),
    magnitude: latent.map((w, i) => factor * (slope(w, i) * at(magnitude, i) + corrected / n * at(terms, i % outputs))),
  }
}

/** Subtracts, in place, the mean over the input channels of every tap and output. */
export function centreWeights(weights: Float64Array, outputs: number, taps: number): void {
  const channels = weights.length / outputs / taps
  for (let tap = 0; tap < taps; tap++) {
    for (let output = 0; output < outputs; output++) {
      const index = (channel: number): number => (tap * channels + channel) * outputs + output
      let mean = 0
      for (let channel = 0; channel < channels; channel++) mean += at(weights, index(channel)) / channels
      for (let channel = 0; channel < channels; channel++) weights[index(channel)] = at(weights, index(channel)) - mean
    }
  }
}

/** K of every output row: the mean magnitude over channels, averaged over the window with zeros outside; without a window, of the row. */
export function inputScaleMap(magnitude: Matrix, picture: Size, window: Window = { size: 1, stride: 1, padding: 0 }): Float64Array {
  const { images, outputRows } = imagesAndRows(magnitude.rows, picture, window)
  const map = new Float64Array(outputRows)
  for (const { outputRow, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < magnitude.columns; channel++) {
      map[outputRow] = at(map, outputRow) + Math.abs(magnitude.at(inputRow, channel)) / magnitude.columns / window.size ** 2
    }
  }
  return map
}

/** Weights that are signs, or signs times a scale: those that a clip of binary weights and Bop are for. */
export function isBinary({ weights, weightBits }: WeightOptions): boolean {
  return weights === 'binary' || weights === 'scaled' || (weights === 'quantized' && weightBits === 1)
}

export function scaleRows(matrix: Matrix, factors: Float64Array | undefined): Matrix {
  return factors ? matrix.map((value, row) => value * at(factors, row)) : matrix
}
