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

export type SignGradient = 'clip' | 'strict' | 'approxSign' | 'swishSign'

/** g times what stands in for the slope of the sign at y; for both ways of taking the sign. */
export function signBackward(input: Matrix, rule: SignGradient, gradient: Matrix, margins = new Margins()): Matrix {
  return input.map((y, row, channel) => {
    // The other two slopes are continuous: no decision hangs on where y lies.
    if (rule === 'clip' || rule === 'strict') margins.record('signMask', Math.abs(Math.abs(y) - 1))
    return slope(y, rule) * gradient.at(row, channel)
  })
}

/** clip: 1 where |y| <= 1; strict: 1 where |y| < 1; approxSign: 2 - 2|y| there; swishSign: the derivative of BNN+'s SignSwish at beta = 5. */
function slope(y: number, rule: SignGradient): number {
  const beta = 5
  const z = beta * y
  switch (rule) {
    case 'clip': return Math.abs(y) <= 1 ? 1 : 0
    case 'strict': return Math.abs(y) < 1 ? 1 : 0
    case 'approxSign': return Math.abs(y) < 1 ? 2 - 2 * Math.abs(y) : 0
    // Past 700 the hyperbolic cosine overflows, and the slope is below any float.
    case 'swishSign': return Math.abs(z) > 700 ? 0 : beta * (2 - z * Math.tanh(z / 2)) / (1 + Math.cosh(z))
  }
}
