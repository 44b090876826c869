/** Losses with their gradients, and counts of errors. Scores are [row][class], labels one class a row. */
import { Margins } from './margins.ts'
import { at, Matrix } from './numbers.ts'

export type LossKind = 'squaredHinge' | 'crossEntropy'

export interface LossResult {
  readonly loss: number
  /** dloss / dscores. */
  readonly gradient: Matrix
}

/** Mean over rows and classes of max(0, 1 - t y)^2, t = +1 for the label and -1 for the others. */
export function squaredHinge(scores: Matrix, labels: ArrayLike<number>, margins = new Margins()): LossResult {
  const count = scores.rows * scores.columns
  let loss = 0
  const gradient = scores.map((y, row, column) => {
    const t = at(labels, row) === column ? 1 : -1
    const slack = Math.max(0, 1 - t * y)
    margins.record('hinge', Math.abs(1 - t * y))
    loss += slack * slack / count
    return -2 * t * slack / count
  })
  return { loss, gradient }
}

/** Mean over rows of -log softmax(y)[label]. */
export function crossEntropy(scores: Matrix, labels: ArrayLike<number>): LossResult {
  const gradient = new Matrix(scores.rows, scores.columns)
  let loss = 0
  for (let row = 0; row < scores.rows; row++) {
    // Shifted by the largest score, so that no exponential overflows.
    let largest = -Infinity
    for (let column = 0; column < scores.columns; column++) largest = Math.max(largest, scores.at(row, column))
    let sum = 0
    for (let column = 0; column < scores.columns; column++) sum += Math.exp(scores.at(row, column) - largest)
    loss += (Math.log(sum) + largest - scores.at(row, at(labels, row))) / scores.rows
    for (let column = 0; column < scores.columns; column++) {
      const probability = Math.exp(scores.at(row, column) - largest) / sum
      gradient.set(row, column, (probability - (at(labels, row) === column ? 1 : 0)) / scores.rows)
    }
  }
  return { loss, gradient }
}

export function lossOf(kind: LossKind, scores: Matrix, labels: ArrayLike<number>, margins = new Margins()): LossResult {
  return kind === 'squaredHinge' ? squaredHinge(scores, labels, margins) : crossEntropy(scores, labels)
}

/** Classes that come before `label` when scores are sorted from the highest, equal ones by class number. */
function rankOf(scores: Matrix, row: number, label: number): number {
  let before = 0
  for (let column = 0; column < scores.columns; column++) {
    const difference = scores.at(row, column) - scores.at(row, label)
    if (difference > 0 || (difference === 0 && column < label)) before++
  }
  return before
}

/** Rows whose label is not the arg max (the lowest class on ties), and rows whose label is not among the five best. */
export function countErrors(scores: Matrix, labels: ArrayLike<number>, margins = new Margins()): { errors: number; top5Errors: number } {
  let errors = 0
  let top5Errors = 0
  for (let row = 0; row < scores.rows; row++) {
    const label = at(labels, row)
    const rank = rankOf(scores, row, label)
    if (rank >= 1) errors++
    if (rank >= 5) top5Errors++
    const others = Array.from({ length: scores.columns }, (_, column) => column).filter(column => column !== label)
    const sorted = others.map(column => scores.at(row, column)).sort((a, b) => b - a)
    // The label is right when it beats the best of the others, and among five when it beats the fifth of them.
    for (const rival of [sorted[0], sorted[4]]) {
      if (rival !== undefined) margins.record('ranking', Math.abs(scores.at(row, label) - rival))
    }
  }
  return { errors, top5Errors }
}
