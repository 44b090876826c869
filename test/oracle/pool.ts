/** Pools, channel by channel, over the values inside the picture. */
import { Margins } from './margins.ts'
import { Matrix } from './numbers.ts'
import { imagesAndRows, tapsInside, type Size, type Window } from './window.ts'

/** Sums that are equal in exact arithmetic differ by less than this part of their size in float64. */
const NOISE = 1e-12

export function maxPoolForward(input: Matrix, picture: Size, window: Window): Matrix {
  const { images, outputRows } = imagesAndRows(input.rows, picture, window)
  const output = new Matrix(outputRows, input.columns).map(() => -Infinity)
  for (const { outputRow, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < input.columns; channel++) {
      output.set(outputRow, channel, Math.max(output.at(outputRow, channel), input.at(inputRow, channel)))
    }
  }
  return output
}

/**
 * The gradient of a place goes to the first of its largest values in the order of taps. Values within NOISE of each other
 * are one value that float64 could not add up alike (integers times dropout's factor, for instance), hence a tie: one that
 * float32 finds as well only where `labels`, if there are any, agree (ties.ts).
 */
export function maxPoolBackward(input: Matrix, picture: Size, window: Window, gradient: Matrix, margins = new Margins(), labels?: Matrix): Matrix {
  const { images } = imagesAndRows(input.rows, picture, window)
  const largest = maxPoolForward(input, picture, window)
  const winner = gradient.map(() => -1)
  const tied = (one: number, other: number): boolean => Math.abs(one - other) <= NOISE * Math.max(Math.abs(one), Math.abs(other))
  for (const { outputRow, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < input.columns; channel++) {
      const value = input.at(inputRow, channel)
      const best = largest.at(outputRow, channel)
      const won = winner.at(outputRow, channel)
      if (!tied(value, best)) margins.record('maxPool', Math.abs(best - value) / Math.max(1, Math.abs(best), Math.abs(value)))
      else if (won < 0) winner.set(outputRow, channel, inputRow)
      else if (labels && !tied(labels.at(inputRow, channel), labels.at(won, channel))) margins.record('maxPool', 0)
    }
  }
  const inputGradient = new Matrix(input.rows, input.columns)
  for (let row = 0; row < gradient.rows; row++) {
    for (let channel = 0; channel < input.columns; channel++) inputGradient.add(winner.at(row, channel), channel, gradient.at(row, channel))
  }
  return inputGradient
}

/** How many values inside the picture each place has. */
function counts(images: number, outputRows: number, picture: Size, window: Window): Float64Array {
  const inside = new Float64Array(outputRows)
  for (const { outputRow } of tapsInside(images, picture, window)) inside[outputRow] = (inside[outputRow] ?? 0) + 1
  return inside
}

export function avgPoolForward(input: Matrix, picture: Size, window: Window): Matrix {
  const { images, outputRows } = imagesAndRows(input.rows, picture, window)
  const sums = new Matrix(outputRows, input.columns)
  for (const { outputRow, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < input.columns; channel++) sums.add(outputRow, channel, input.at(inputRow, channel))
  }
  const inside = counts(images, outputRows, picture, window)
  return sums.map((sum, row) => sum / (inside[row] ?? NaN))
}

export function avgPoolBackward(inputRows: number, picture: Size, window: Window, gradient: Matrix): Matrix {
  const { images, outputRows } = imagesAndRows(inputRows, picture, window)
  const inside = counts(images, outputRows, picture, window)
  const inputGradient = new Matrix(inputRows, gradient.columns)
  for (const { outputRow, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < gradient.columns; channel++) inputGradient.add(inputRow, channel, gradient.at(outputRow, channel) / (inside[outputRow] ?? NaN))
  }
  return inputGradient
}

/** Every channel's mean over the picture: one row an image. */
export function globalAvgPoolForward(input: Matrix, { height, width }: Size): Matrix {
  const positions = height * width
  const output = new Matrix(input.rows / positions, input.columns)
  for (let row = 0; row < input.rows; row++) {
    for (let channel = 0; channel < input.columns; channel++) output.add(Math.floor(row / positions), channel, input.at(row, channel) / positions)
  }
  return output
}

export function globalAvgPoolBackward(inputRows: number, { height, width }: Size, gradient: Matrix): Matrix {
  const positions = height * width
  return new Matrix(inputRows, gradient.columns).map((_, row, channel) => gradient.at(Math.floor(row / positions), channel) / positions)
}
