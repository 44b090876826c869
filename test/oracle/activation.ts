/** Real activation functions. */
import { addTerm, zeroGradient, type ParameterGradient } from './dense.ts'
import { Margins } from './margins.ts'
import { at, type Matrix } from './numbers.ts'

export type ActivationFunction = 'relu' | 'hardTanh' | 'clip01' | 'prelu' | 'rpRelu'

/** What is learned, a number a channel: prelu has the slope alone. */
export interface ActivationParameters {
  readonly slope: Float64Array
  readonly knee?: Float64Array
  readonly lift?: Float64Array
}

/**
 * relu max(0, x); hardTanh and clip01 clip to [-1, 1] and [0, 1]; prelu and rpRelu, with t = x - knee: t + lift above 0, else slope * t + lift.
 */
export function activationForward(input: Matrix, kind: ActivationFunction, parameters?: ActivationParameters): Matrix {
  return input.map((x, _, channel) => {
    switch (kind) {
      case 'relu': return Math.max(0, x)
      case 'hardTanh': return Math.min(1, Math.max(-1, x))
      case 'clip01': return Math.min(1, Math.max(0, x))
      default: {
        const { slope, knee, lift } = ofChannel(parameters, channel)
        const t = x - knee
        return (t > 0 ? t : slope * t) + lift
      }
    }
  })
}

/** Where the gradient passes: relu x > 0, hardTanh -1 < x < 1, clip01 0 <= x <= 1; prelu and rpRelu pass it, times the slope where t <= 0. */
export function activationBackward(input: Matrix, kind: ActivationFunction, gradient: Matrix, margins = new Margins(), parameters?: ActivationParameters): Matrix {
  return input.map((x, row, channel) => {
    const factor = ((): number => {
      switch (kind) {
        case 'relu':
          margins.record('kink', Math.abs(x))
          return Number(x > 0)
        case 'hardTanh':
          margins.record('kink', Math.abs(Math.abs(x) - 1))
          return Number(-1 < x && x < 1)
        case 'clip01':
          margins.record('kink', Math.min(Math.abs(x), Math.abs(x - 1)))
          return Number(x >= 0 && x <= 1)
        default: {
          const { slope, knee } = ofChannel(parameters, channel)
          margins.record('kink', Math.abs(x - knee))
          return x - knee > 0 ? 1 : slope
        }
      }
    })()
    return factor * gradient.at(row, channel)
  })
}

/** The gradients of what is learned, by name. `onInput` is what activationBackward gave. */
export function activationParameterGradients(input: Matrix, parameters: ActivationParameters, gradient: Matrix, onInput: Matrix): Map<keyof ActivationParameters, ParameterGradient> {
  const slope = channelSums(input.map((x, row, channel) => Math.min(0, x - ofChannel(parameters, channel).knee) * gradient.at(row, channel)))
  const found = new Map<keyof ActivationParameters, ParameterGradient>([['slope', slope]])
  if (parameters.knee) found.set('knee', channelSums(onInput.map(g => -g)))
  if (parameters.lift) found.set('lift', channelSums(gradient))
  return found
}

function ofChannel(parameters: ActivationParameters | undefined, channel: number): { slope: number; knee: number; lift: number } {
  if (parameters === undefined) throw new Error('a learned activation needs its parameters')
  const { slope, knee, lift } = parameters
  return { slope: at(slope, channel), knee: knee ? at(knee, channel) : 0, lift: lift ? at(lift, channel) : 0 }
}

/** The sum of every channel over all rows: the gradient of a parameter that each channel has one of. */
export function channelSums(terms: Matrix): ParameterGradient {
  const sums = zeroGradient(terms.columns)
  for (let row = 0; row < terms.rows; row++) {
    for (let channel = 0; channel < terms.columns; channel++) addTerm(sums, channel, terms.at(row, channel))
  }
  return sums
}
