import { describe, expect, it } from 'vitest'
import { batchNormBackward, batchStatistics, normalise, runningInverse, updateRunning, type BatchNormOptions } from './batchNorm.ts'
import { relativeError } from './compare.ts'
import { numericGradient, uniformValues } from './examples.ts'
import { Margins } from './margins.ts'
import { at, Matrix } from './numbers.ts'

const VANILLA: BatchNormOptions = { mode: 'vanilla', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd', rounding: 'nearest' }
const SHIFT: BatchNormOptions = { mode: 'shift', epsilon: 1 / 3, momentum: 0.25, running: 'inverseStd', rounding: 'nearest' }

function expectClose(actual: Float64Array, expected: readonly number[]): void {
  expect(relativeError(actual, expected)).toBeLessThan(1e-14)
}

describe('vanilla', () => {
  it('gives each channel mean 0 and variance 1 before gamma and beta', () => {
    const input = new Matrix(50, 3, uniformValues(150, 1, -3, 8))
    const { mean, inverse } = batchStatistics(input, { ...VANILLA, epsilon: 1e-12 })
    const output = normalise(input, mean, inverse, Float64Array.of(1, 1, 1), undefined, VANILLA)
    const { mean: zero, variance: one } = batchStatistics(output, VANILLA)
    for (let channel = 0; channel < 3; channel++) {
      expect(at(zero, channel)).toBeCloseTo(0, 12)
      expect(at(one, channel)).toBeCloseTo(1, 10)
    }
  })

  it('all three gradients agree with finite differences', () => {
    const input = new Matrix(6, 3, uniformValues(18, 2, -2, 5))
    const [gamma, beta, gradient] = [uniformValues(3, 3, -2, 2), uniformValues(3, 4), uniformValues(18, 5)]
    const f = (): number => {
      const { mean, inverse } = batchStatistics(input, VANILLA)
      return normalise(input, mean, inverse, gamma, beta, VANILLA).values.reduce((sum, y, i) => sum + y * at(gradient, i), 0)
    }
    const back = batchNormBackward(input, batchStatistics(input, VANILLA), gamma, VANILLA, new Matrix(6, 3, gradient))
    expect(relativeError(back.input.values, numericGradient(f, input.values))).toBeLessThan(1e-7)
    expect(relativeError(back.gamma.gradient, numericGradient(f, gamma))).toBeLessThan(1e-8)
    expect(relativeError(back.beta.gradient, numericGradient(f, beta))).toBeLessThan(1e-8)
  })
})

describe('shift, worked out by hand', () => {
  // mu = 3, c = -2, -1, 3, AP2(c) = -2, -1, 4, v = (4 + 1 + 12) / 3, v + epsilon = 6, r = 0.408, R = 0.5, G = AP2(3) = 4.
  const input = new Matrix(3, 1, [1, 2, 6])
  const [gamma, beta] = [Float64Array.of(3), Float64Array.of(0.5)]

  it('forward', () => {
    const { mean, variance, inverse } = batchStatistics(input, SHIFT)
    expectClose(mean, [3])
    expectClose(variance, [17 / 3])
    expectClose(inverse, [1 / Math.sqrt(6)])
    expectClose(normalise(input, mean, inverse, gamma, beta, SHIFT).values, [-3.5, -1.5, 6.5])
  })

  it('backward', () => {
    // g = 1, 0, 2: mean(g) = 1, mean(ch g) = 2, dx = 2 (g - 1 - ch / 2), AP2(c R) = -1, -0.5, 2.
    const back = batchNormBackward(input, batchStatistics(input, SHIFT), gamma, SHIFT, new Matrix(3, 1, [1, 0, 2]))
    expectClose(back.input.values, [2, -1, -2])
    expectClose(back.gamma.gradient, [3])
    expectClose(back.beta.gradient, [3])
  })

  it('floor takes the most significant bit everywhere', () => {
    // AP2(c) = -2, -1, 2, v = 11 / 3, v + epsilon = 14 / 3, r = 0.463, R = 0.25, G = 2.
    const options: BatchNormOptions = { ...SHIFT, rounding: 'floor', epsilon: 1 }
    const { mean, variance, inverse } = batchStatistics(input, options)
    expectClose(variance, [11 / 3])
    expectClose(normalise(input, mean, inverse, gamma, beta, options).values, [-0.5, 0, 2])
  })

  it('evaluation rounds the running inverse and gamma, and running statistics keep unrounded values', () => {
    const running = { mean: new Float64Array(1), spread: Float64Array.of(1) }
    updateRunning(running, batchStatistics(input, SHIFT), 3, SHIFT)
    expectClose(running.mean, [0.75])
    expectClose(running.spread, [0.75 + 0.25 / Math.sqrt(6)])
    // 0.852 rounds to 1, gamma to 4.
    expectClose(normalise(new Matrix(1, 1, [2.75]), running.mean, runningInverse(running, SHIFT), gamma, beta, SHIFT).values, [8.5])
  })

  it('reports the closest rounding: here c = 3 against 2 sqrt(2), and not gamma when it is a power of two', () => {
    const margins = new Margins()
    const { mean, inverse } = batchStatistics(input, SHIFT, margins)
    expect(margins.report().categories.batchNormRounding).toBeCloseTo(3 / (2 * Math.SQRT2) - 1, 12)
    const floor = new Margins()
    normalise(input, mean, inverse, Float64Array.of(1), beta, { ...SHIFT, rounding: 'floor' }, floor)
    expect(floor.report().smallest).toBeGreaterThan(0.1)
  })
})

describe('running statistics', () => {
  const input = new Matrix(4, 1, [1, 2, 3, 6])

  it('variance is made unbiased, as Torch does', () => {
    const options: BatchNormOptions = { ...VANILLA, running: 'variance' }
    const running = { mean: new Float64Array(1), spread: Float64Array.of(1) }
    updateRunning(running, batchStatistics(input, options), 4, options)
    expectClose(running.mean, [0.3])
    // Sum of squares 14: 14 / 3 unbiased.
    expectClose(running.spread, [0.9 + 0.1 * 14 / 3])
    expectClose(runningInverse(running, options), [1 / Math.sqrt(0.9 + 0.1 * 14 / 3 + 1e-4)])
  })

  it('inverse deviation is averaged itself, as Lasagne does', () => {
    const running = { mean: new Float64Array(1), spread: Float64Array.of(1) }
    updateRunning(running, batchStatistics(input, VANILLA), 4, VANILLA)
    expectClose(running.spread, [0.9 + 0.1 / Math.sqrt(3.5 + 1e-4)])
    expect(runningInverse(running, VANILLA)).toEqual(running.spread)
  })

  it('a batch of one row does not divide by zero', () => {
    const options: BatchNormOptions = { ...VANILLA, running: 'variance' }
    const running = { mean: new Float64Array(1), spread: Float64Array.of(1) }
    updateRunning(running, batchStatistics(new Matrix(1, 1, [5]), options), 1, options)
    expectClose(running.spread, [0.9])
  })
})
