import { describe, expect, it } from 'vitest'
import { relativeError } from './compare.ts'
import { numericGradient, uniformValues } from './examples.ts'
import { countErrors, crossEntropy, lossOf, squaredHinge } from './loss.ts'
import { Margins } from './margins.ts'
import { Matrix } from './numbers.ts'

describe('losses', () => {
  it('squared hinge, worked out by hand', () => {
    // t = +1, -1, -1: slacks 0.5, 1.25, 0; mean of the squares over three classes.
    const { loss, gradient } = squaredHinge(new Matrix(1, 3, [0.5, 0.25, -2]), [0])
    expect(loss).toBeCloseTo((0.25 + 1.5625) / 3, 14)
    expect(relativeError(gradient.values, [-1 / 3, 2.5 / 3, 0])).toBeLessThan(1e-14)
  })

  it('cross entropy, worked out by hand', () => {
    const { loss, gradient } = crossEntropy(new Matrix(1, 3, [Math.log(1), Math.log(2), Math.log(5)]), [1])
    expect(loss).toBeCloseTo(Math.log(4), 14)
    expect(relativeError(gradient.values, [1 / 8, -3 / 4, 5 / 8])).toBeLessThan(1e-14)
  })

  it('cross entropy stands scores of any size', () => {
    const { loss, gradient } = crossEntropy(new Matrix(1, 2, [5000, -5000]), [1])
    expect(loss).toBe(10000)
    expect([...gradient.values]).toEqual([1, -1])
  })

  it.each(['squaredHinge', 'crossEntropy'] as const)('%s: the gradient agrees with finite differences', kind => {
    const scores = new Matrix(5, 4, uniformValues(20, 9, -2, 2))
    const labels = [3, 0, 2, 1, 0]
    const numeric = numericGradient(() => lossOf(kind, scores, labels).loss, scores.values)
    expect(relativeError(lossOf(kind, scores, labels).gradient.values, numeric)).toBeLessThan(1e-6)
  })
})

describe('errors', () => {
  it('takes the lowest class on ties', () => {
    const scores = new Matrix(2, 3, [1, 1, 0, 1, 1, 0])
    expect(countErrors(scores, [0, 1]).errors).toBe(1)
  })

  it('counts labels outside the best five', () => {
    const falling = [7, 6, 5, 4, 3, 2, 1]
    const scores = new Matrix(3, 7, [...falling, ...falling, ...falling])
    expect(countErrors(scores, [0, 4, 5])).toEqual({ errors: 2, top5Errors: 1 })
    expect(countErrors(new Matrix(1, 4, [4, 3, 2, 1]), [3]).top5Errors).toBe(0)
  })

  it('reports the distance to the rivals that decide', () => {
    const margins = new Margins()
    countErrors(new Matrix(1, 7, [7, 6, 5, 4, 3.5, 3, 1]), [5], margins)
    // Label 5 scores 3; the best of the others 7, the fifth of them 3.5.
    expect(margins.report().categories.ranking).toBe(0.5)
  })
})
