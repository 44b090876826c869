/** Real activation functions. */
import { addTerm, zeroGradient, type ParameterGradient } from './dense.ts'
import { Margins } from './margins.ts'
import type { Matrix } from './numbers.ts'

export type ActivationFunction = 'relu' | 'hardTanh'

export function activationForward(input: Matrix, kind: ActivationFunction): Matrix {
  return input.map(x => kind === 'relu' ? Math.max(0, x) : Math.min(1, Math.max(-1, x)))
}

/** relu passes the gradient where x > 0, hardTanh where -1 < x < 1. */
export function activationBackward(input: Matrix, kind: ActivationFunction, gradient: Matrix, margins = new Margins()): Matrix {
  return input.map((x, row, channel) => {
    margins.record('kink', kind === 'relu' ? Math.abs(x) : Math.abs(Math.abs(x) - 1))
    const passes = kind === 'relu' ? x > 0 : -1 < x && x < 1
    return passes ? gradient.at(row, channel) : 0
  })
}

/** The sum of every channel over all rows: the gradient of a parameter that each channel has one of. */
export function channelSums(terms: Matrix): ParameterGradient {
  const sums = zeroGradient(terms.columns)
  for (let row = 0; row < terms.rows; row++) {
    for (let channel = 0; channel < terms.columns; channel++) addTerm(sums, channel, terms.at(row, channel))
  }
  return sums
}
