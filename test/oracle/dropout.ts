/** Dropout in training: an element is present iff u >= rate, and is then divided by 1 - rate. Evaluation is the identity. */
import type { Draw } from './draws.ts'
import { Margins } from './margins.ts'
import { Matrix } from './numbers.ts'

/** 1 / (1 - rate) where present, else 0: the factor on the value going forward and on the gradient going back. */
export function dropoutMask(rows: number, channels: number, rate: number, draw: Draw, margins = new Margins()): Matrix {
  return new Matrix(rows, channels).map((_, row, channel) => {
    const u = draw(row, channel)
    if (u !== rate) margins.record('dropout', Math.abs(u - rate))
    return u >= rate ? 1 / (1 - rate) : 0
  })
}

/** Serves forward (on values) and backward (on gradients). */
export function applyMask(matrix: Matrix, mask: Matrix): Matrix {
  return matrix.map((value, row, channel) => mask.at(row, channel) === 0 ? 0 : value * mask.at(row, channel))
}
