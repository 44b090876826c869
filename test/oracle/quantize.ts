/** k-bit activations (DoReFa-Net). */
import { Margins } from './margins.ts'
import type { Matrix } from './numbers.ts'

/** round(n clip(x, 0, 1)) / n with n = 2^bits - 1; a half goes to the even neighbour. */
export function quantizeForward(input: Matrix, bits: number, margins = new Margins()): Matrix {
  const n = 2 ** bits - 1
  return input.map(x => {
    const scaled = n * Math.min(1, Math.max(0, x))
    const below = Math.floor(scaled)
    const rest = scaled - below
    margins.record('quantize', Math.abs(rest - 0.5) / n)
    const up = rest > 0.5 || (rest === 0.5 && below % 2 === 1)
    return (up ? below + 1 : below) / n
  })
}

/** The slope of clip(x, 0, 1), as if nothing had been rounded. */
export function quantizeBackward(input: Matrix, gradient: Matrix, margins = new Margins()): Matrix {
  return input.map((x, row, channel) => {
    margins.record('kink', Math.min(Math.abs(x), Math.abs(x - 1)))
    return x >= 0 && x <= 1 ? gradient.at(row, channel) : 0
  })
}
