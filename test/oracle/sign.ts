/** Binarization of activations with the straight-through gradient. */
import type { Draw } from './draws.ts'
import { Margins } from './margins.ts'
import { hardSigmoid, type Matrix, sign } from './numbers.ts'

/** +1 if y >= 0 else -1; zero 'zero' gives 0 for y = 0, as Torch's sign does. */
export function signDeterministic(input: Matrix, zero: 'plus' | 'zero', margins = new Margins()): Matrix {
  return input.map(y => {
    margins.record('sign', Math.abs(y))
    return zero === 'zero' && y === 0 ? 0 : sign(y)
  })
}

/** +1 with probability hardSigmoid(y), else -1; training only. */
export function signStochastic(input: Matrix, draw: Draw, margins = new Margins()): Matrix {
  return input.map((y, row, channel) => {
    const u = draw(row, channel)
    margins.record('stochasticSign', Math.abs((y + 1) / 2 - u))
    return u < hardSigmoid(y) ? 1 : -1
  })
}

/** g where |y| <= 1 (clip) or |y| < 1 (strict), else 0; for both ways of taking the sign. */
export function signBackward(input: Matrix, rule: 'clip' | 'strict', gradient: Matrix, margins = new Margins()): Matrix {
  return input.map((y, row, channel) => {
    margins.record('signMask', Math.abs(Math.abs(y) - 1))
    const passes = rule === 'clip' ? Math.abs(y) <= 1 : Math.abs(y) < 1
    return passes ? gradient.at(row, channel) : 0
  })
}
