import { describe, expect, it } from 'vitest'
import { batchNormScale, layerScale, nearestPowerOfTwo } from '../../../core/layers/layerScale.ts'
import { learningRateAt, prolongedRateAt } from '../../../core/architecture/schedule.ts'
import { planOptimizer } from '../../../core/training/optimizers.ts'
import { presetNamed } from '../../../core/architecture/index.ts'

describe('layer learning-rate scale', () => {
  // bnn-spec 1.2: values worked out there, confirmed by a third code base.
  it.each([[784, 4096, 57.04], [4096, 4096, 73.9], [4096, 10, 52.32], [784, 2048, 43.45], [2048, 2048, 52.26], [2048, 10, 37.04]])('%i to %i units is %f', (inputs, outputs, factor) => {
    const { recipe } = presetNamed('mnist-mlp-theano')
    expect(layerScale(recipe, inputs, outputs)).toBeCloseTo(factor, 2)
    expect(layerScale({ ...recipe, layerScale: { mode: 'powerOfTwo', batchNormScale: false } }, inputs, outputs)).toBe(2 ** Math.round(Math.log2(factor)))
    expect(layerScale({ ...recipe, layerScale: { mode: 'off', batchNormScale: true } }, inputs, outputs)).toBe(1)
  })

  it('of batch norm is sqrt(n / 1.5), in the Torch recipe only', () => {
    expect(batchNormScale(presetNamed('mnist-mlp-torch').recipe, 2048)).toBeCloseTo(36.95, 2)
    expect(batchNormScale(presetNamed('mnist-mlp-theano').recipe, 2048)).toBe(1)
  })
})

describe('schedules', () => {
  it('exponential reaches its end after the last epoch, by the factor of the paper', () => {
    const schedule = { kind: 'exponential', end: 3e-7 } as const
    expect(learningRateAt(3e-3, schedule, 0, 1000)).toBe(3e-3)
    expect(learningRateAt(3e-3, schedule, 1, 1000) / 3e-3).toBeCloseTo(0.990832, 6)
    expect(learningRateAt(3e-3, schedule, 1000, 1000)).toBeCloseTo(3e-7, 12)
  })

  it('a run made longer keeps the last rate of a schedule that ends, and goes on with one that does not', () => {
    for (const schedule of [{ kind: 'linear' }, { kind: 'exponential', end: 1e-6 }] as const) {
      expect([9, 10, 25].map(epoch => prolongedRateAt(1e-3, schedule, epoch, 10))).toEqual(new Array(3).fill(learningRateAt(1e-3, schedule, 9, 10)))
      expect(prolongedRateAt(1e-3, schedule, 4, 10)).toBe(learningRateAt(1e-3, schedule, 4, 10))
    }
    expect(prolongedRateAt(1, { kind: 'halve', every: 10 }, 25, 10)).toBe(0.25)
  })

  it('linear falls by the same amount every epoch, to 0 after the last', () => {
    expect([0, 64, 128, 255, 256].map(epoch => learningRateAt(1e-3, { kind: 'linear' }, epoch, 256))).toEqual([1e-3, 7.5e-4, 5e-4, 1e-3 / 256, 0])
  })

  it('halving and steps change at whole multiples', () => {
    expect([0, 9, 10, 20].map(epoch => learningRateAt(1, { kind: 'halve', every: 10 }, epoch, 100))).toEqual([1, 1, 0.5, 0.25])
    expect([0, 19, 20, 40].map(epoch => learningRateAt(1, { kind: 'step', every: 20, factor: 0.25 }, epoch, 100))).toEqual([1, 1, 0.25, 0.0625])
    expect(learningRateAt(0.3, { kind: 'constant' }, 77, 100)).toBe(0.3)
  })
})

describe('rates of a step', () => {
  it('shift-based AdaMax walks down the powers of two that bnn-spec 1.4 lists for a rate of 2^-6', () => {
    const plan = planOptimizer({ kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 })
    const rate = (t: number): number => Math.log2(plan.rate(2 ** -6, t))
    expect([1, 2, 3, 5, 10, 20, 100].map(rate)).toEqual([-3, -4, -4, -5, -5, -6, -6])
  })

  it('Adam corrects both moments at once', () => {
    const plan = planOptimizer({ kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
    expect(plan.rate(1e-3, 1)).toBeCloseTo((1e-3 * Math.sqrt(0.001)) / 0.1, 12)
    expect(plan.rate(1e-3, 100_000)).toBeCloseTo(1e-3, 9)
  })

  it('Bop flips weights with a gamma of its own schedule, and moves all else as Adam does', () => {
    const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    const plan = planOptimizer({ kind: 'bop', threshold: 1e-8, gamma: 1e-4, gammaSchedule: { kind: 'step', every: 100, factor: 0.1 }, ...adam })
    expect([plan.latent.shader, plan.latent.memory, plan.latent.first]).toEqual(['bop', ['m'], 1e-8])
    expect(plan.other).toEqual(planOptimizer({ kind: 'adam', ...adam }).other)
    expect([0, 99, 100, 250].map(epoch => plan.gamma(epoch, 500))).toEqual([1e-4, 1e-4, 1e-4 * 0.1, 1e-4 * 0.1 ** 2])
    expect(plan.rate(0.01, 1)).toBe(planOptimizer({ kind: 'adam', ...adam }).rate(0.01, 1))
    expect(planOptimizer({ kind: 'sgd', momentum: 0 }).gamma(3, 10)).toBe(0)
  })

  it('powers of two round in the log domain', () => {
    expect([1, 1.41, 1.42, 2, 2.9, 0.36].map(nearestPowerOfTwo)).toEqual([1, 1, 2, 2, 4, 0.5])
  })
})
