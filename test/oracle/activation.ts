/** Real activation functions. */
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
