/** Branches that meet: side by side (concat) or added. All have the same rows. */
import { Matrix } from './numbers.ts'

/** [row][channels of the first, then of the next, ...]. */
export function concatForward(inputs: readonly Matrix[]): Matrix {
  const output = new Matrix(inputs[0]?.rows ?? 0, inputs.reduce((sum, { columns }) => sum + columns, 0))
  let start = 0
  for (const input of inputs) {
    if (input.rows !== output.rows) throw new RangeError(`expected ${output.rows} rows, found ${input.rows}`)
    for (let row = 0; row < input.rows; row++) {
      for (let column = 0; column < input.columns; column++) output.set(row, start + column, input.at(row, column))
    }
    start += input.columns
  }
  return output
}

export function concatBackward(inputs: readonly Matrix[], gradient: Matrix): Matrix[] {
  let start = 0
  return inputs.map(input => {
    const from = start
    start += input.columns
    return input.map((_, row, column) => gradient.at(row, from + column))
  })
}

export function addForward(inputs: readonly Matrix[]): Matrix {
  const [first, ...others] = inputs
  if (first === undefined) throw new Error('nothing to add')
  return others.reduce((sum, other) => {
    if (other.rows !== sum.rows || other.columns !== sum.columns) throw new RangeError(`cannot add ${other.rows} x ${other.columns} to ${sum.rows} x ${sum.columns}`)
    return sum.map((value, row, column) => value + other.at(row, column))
  }, first)
}
