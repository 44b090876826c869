import { describe, expect, it } from 'vitest'
import { relativeError } from './compare.ts'
import { numericGradient, uniformValues } from './examples.ts'
import { addForward, concatBackward, concatForward } from './join.ts'
import { Margins } from './margins.ts'
import { at, Matrix } from './numbers.ts'
import { avgPoolBackward, avgPoolForward, globalAvgPoolBackward, globalAvgPoolForward, maxPoolBackward, maxPoolForward } from './pool.ts'

const TWO = { size: 2, stride: 2, padding: 0 }
const picture = { height: 5, width: 4 }
/** Windows that overlap, leave places out, and reach outside. */
const windows = [TWO, { size: 3, stride: 2, padding: 1 }, { size: 3, stride: 1, padding: 2 }, { size: 2, stride: 3, padding: 1 }]
const input = new Matrix(2 * 20, 3, uniformValues(120, 1, -3, -1))

function weightedSum(matrix: Matrix, weights: Matrix): number {
  return matrix.values.reduce((sum, value, i) => sum + value * at(weights.values, i), 0)
}

describe('max-pool', () => {
  const square = { height: 2, width: 2 }
  const backward = (values: number[], margins?: Margins, labels?: number[]): number[] =>
    [...maxPoolBackward(new Matrix(4, 1, values), square, TWO, new Matrix(1, 1, [7]), margins, labels && new Matrix(4, 1, labels)).values]

  it('takes the largest inside the picture: padding is nothing, not 0', () => {
    expect([...maxPoolForward(new Matrix(4, 1, [-4, -3, -2, -1]), square, { size: 2, stride: 1, padding: 1 }).values]).toEqual([-4, -3, -3, -2, -1, -1, -2, -1, -1])
  })

  it('gives the gradient to the first of equal ones', () => {
    expect(backward([1, 3, 3, 2])).toEqual([0, 7, 0, 0])
    expect(backward([-1, -1, -1, -1])).toEqual([7, 0, 0, 0])
    // Equal in exact arithmetic: 3 * 0.1 is not 0.3 in float64.
    expect(backward([0.3, 3 * 0.1, 0, 0])).toEqual([7, 0, 0, 0])
  })

  it('reports how close it came; a tie is no doubt unless its labels differ', () => {
    const least = (values: number[], labels?: number[]): number => {
      const margins = new Margins()
      backward(values, margins, labels)
      return margins.report().categories.maxPool
    }
    expect(least([1, 3, 3, 2])).toBe(1 / 3)
    expect(least([0.25, 0.5, 0, 0])).toBe(0.25)
    expect(least([2, 2, 2, 2])).toBe(Infinity)
    expect(least([2, 2, 1, 1], [5, 5, 4, 4])).toBe(0.5)
    expect(least([2, 2, 1, 1], [5, 4, 4, 4])).toBe(0)
  })

  it.each(windows)('the gradient agrees with finite differences: %o', window => {
    const output = maxPoolForward(input, picture, window)
    const gradient = new Matrix(output.rows, 3, uniformValues(output.values.length, 2))
    const numeric = numericGradient(() => weightedSum(maxPoolForward(input, picture, window), gradient), input.values, 1e-6)
    expect(relativeError(maxPoolBackward(input, picture, window, gradient).values, numeric)).toBeLessThan(1e-8)
  })
})

describe('average pools', () => {
  it('divide by the values inside', () => {
    expect([...avgPoolForward(new Matrix(4, 1, [1, 2, 3, 6]), { height: 2, width: 2 }, { size: 2, stride: 1, padding: 1 }).values]).toEqual([1, 1.5, 2, 2, 3, 4, 3, 4.5, 6])
    expect([...globalAvgPoolForward(new Matrix(8, 1, [1, 2, 3, 6, 0, 0, 0, 4]), { height: 2, width: 2 }).values]).toEqual([3, 1])
  })

  it.each(windows)('gradients agree with finite differences: %o', window => {
    const output = avgPoolForward(input, picture, window)
    const gradient = new Matrix(output.rows, 3, uniformValues(output.values.length, 2))
    const numeric = numericGradient(() => weightedSum(avgPoolForward(input, picture, window), gradient), input.values)
    expect(relativeError(avgPoolBackward(input.rows, picture, window, gradient).values, numeric)).toBeLessThan(1e-8)
  })

  it('of the whole picture: gradient', () => {
    const gradient = new Matrix(2, 3, uniformValues(6, 2))
    const numeric = numericGradient(() => weightedSum(globalAvgPoolForward(input, picture), gradient), input.values)
    expect(relativeError(globalAvgPoolBackward(input.rows, picture, gradient).values, numeric)).toBeLessThan(1e-8)
  })
})

describe('joins', () => {
  const [one, other] = [new Matrix(2, 1, [1, 2]), new Matrix(2, 2, [3, 4, 5, 6])]

  it('concat puts channels side by side and takes gradients apart', () => {
    const joined = concatForward([one, other])
    expect([joined.columns, ...joined.values]).toEqual([3, 1, 3, 4, 2, 5, 6])
    expect(concatBackward([one, other], joined).map(({ values }) => [...values])).toEqual([[1, 2], [3, 4, 5, 6]])
    expect(() => concatForward([one, new Matrix(3, 1)])).toThrow('expected 2 rows')
  })

  it('add adds, and refuses other shapes', () => {
    expect([...addForward([other, other]).values]).toEqual([6, 8, 10, 12])
    expect(() => addForward([one, other])).toThrow('cannot add')
  })
})
