import { describe, expect, it } from 'vitest'
import { OptimizerSchema, type Optimizer } from '../../core/architecture/recipe.ts'
import { at } from './numbers.ts'
import { adam, adamaxShift, adamaxStep, bop, clip, sgd } from './optimizers.ts'
import { layerFactor, learningRate } from './schedule.ts'

type Of<Kind extends Optimizer['kind']> = Extract<Optimizer, { kind: Kind }>
const PAPER: Of<'adamaxShift'> = { kind: 'adamaxShift', mode: 'paper', beta1: 1 - 2 ** -3, beta2: 1 - 2 ** -10, epsilon: 2 ** -27 }
const TORCH: Of<'adamaxShift'> = { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 }

/** `steps` updates of one element that starts at 0 with the gradient g(step). */
function runAdamax(optimizer: Of<'adamaxShift'>, steps: number, g: (step: number) => number): { p: number; m: number; v: number } {
  const [p, m, v] = [new Float64Array(1), new Float64Array(1), new Float64Array(1)]
  for (let step = 1; step <= steps; step++) adamaxShift(p, Float64Array.of(g(step)), m, v, optimizer, { learningRate: 2 ** -6, factor: 1, step })
  return { p: at(p, 0), m: at(m, 0), v: at(v, 0) }
}

describe('sgd', () => {
  it('with momentum: the factor is on the move, not in the velocity', () => {
    const [p, velocity] = [Float64Array.of(1), Float64Array.of(0.5)]
    sgd(p, Float64Array.of(2), velocity, { kind: 'sgd', momentum: 0.5 }, { learningRate: 0.25, factor: 4, step: 1 })
    expect([at(velocity, 0), at(p, 0)]).toEqual([-0.25, 0])
  })
})

describe('adam', () => {
  const options: Of<'adam'> = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }

  it('first moves by the rate times the factor, whatever the gradient', () => {
    for (const g of [1e-3, -1, 50]) {
      const p = new Float64Array(1)
      adam(p, Float64Array.of(g), new Float64Array(1), new Float64Array(1), options, { learningRate: 0.01, factor: 3, step: 1 })
      // epsilon is not scaled by the bias correction: it counts sqrt(1000) times as much at the first step.
      expect(at(p, 0)).toBeCloseTo(-Math.sign(g) * 0.03 / (1 + 1e-8 / (Math.sqrt(0.001) * Math.abs(g))), 12)
    }
  })

  it('second step, worked out by hand', () => {
    const [p, m, v] = [new Float64Array(1), new Float64Array(1), new Float64Array(1)]
    const half: Of<'adam'> = { kind: 'adam', beta1: 0.5, beta2: 0.75, epsilon: 1 }
    adam(p, Float64Array.of(2), m, v, half, { learningRate: 1, factor: 1, step: 1 })
    // m = 1, v = 1, rate = sqrt(1/4) / (1/2) = 1: p = -1 / 2.
    expect([at(m, 0), at(v, 0), at(p, 0)]).toEqual([1, 1, -0.5])
    adam(p, Float64Array.of(-4), m, v, half, { learningRate: 1, factor: 1, step: 2 })
    // m = 0.5 - 2, v = 0.75 + 4, rate = sqrt(1 - 9/16) / (3/4).
    expect([at(m, 0), at(v, 0)]).toEqual([-1.5, 4.75])
    expect(at(p, 0)).toBeCloseTo(-0.5 + Math.sqrt(7 / 16) / 0.75 * 1.5 / (Math.sqrt(4.75) + 1), 14)
  })
})

describe('shift-based AdaMax', () => {
  // bnn-spec.md section 1.4.
  it('step sizes of the Torch7 recipe, rate 2^-6 and beta1 0.9', () => {
    const exponents = Array.from({ length: 200 }, (_, i) => Math.log2(adamaxStep(2 ** -6, 0.9, i + 1)))
    expect(exponents[0]).toBe(-3)
    expect(exponents.slice(1, 3)).toEqual([-4, -4])
    expect(exponents.slice(4, 10)).toEqual([-5, -5, -5, -5, -5, -5])
    expect(new Set(exponents.slice(19))).toEqual(new Set([-6]))
  })

  it('torch: v never decays; paper: it does', () => {
    const g = (step: number): number => step === 1 ? 0.3 : 1e-4
    expect(runAdamax(TORCH, 20_000, g).v).toBe(0.25 + 2 ** -27)
    expect(runAdamax({ ...TORCH, mode: 'paper' }, 20_000, g).v).toBe(1e-4)
  })

  it('torch: without gradient v rests at 5 * 2^-27', () => {
    expect(runAdamax(TORCH, 50, () => 0)).toEqual({ p: 0, m: 0, v: 5 * 2 ** -27 })
  })

  it('paper, worked out by hand', () => {
    // Step 1: rate AP2(2^-6 / 2^-3) = 2^-3, m = 0.3 / 8, v = 0.3, AP2(1 / 0.3 = 3.33) = 4: p = -0.15 / 8.
    const first = runAdamax(PAPER, 1, () => 0.3)
    expect(first.m).toBeCloseTo(0.0375, 15)
    expect(first.v).toBe(0.3)
    expect(first.p).toBeCloseTo(-0.01875, 15)
  })

  it('torch, worked out by hand', () => {
    // Step 1: rate 2^-3, m = 0.03, v = AP2(0.3) + 2^-27 = 0.25 + 2^-27.
    const first = runAdamax(TORCH, 1, () => 0.3)
    expect(first.v).toBe(0.25 + 2 ** -27)
    expect(first.p).toBeCloseTo(-0.125 * 0.03 / (0.25 + 2 ** -27), 15)
  })

  it('reports the distance of v to where AP2 switches', () => {
    const v = new Float64Array(1)
    const [distance] = adamaxShift(new Float64Array(1), Float64Array.of(1.001 * Math.SQRT2), new Float64Array(1), v, TORCH, { learningRate: 2 ** -6, factor: 1, step: 30 })
    expect(distance).toBeCloseTo(0.001, 9)
  })

  it('the schema fills in the defaults used here', () => {
    expect(OptimizerSchema.parse({ kind: 'adamaxShift' })).toEqual(PAPER)
  })
})

describe('Bop', () => {
  it('flips where the mean of the gradient agrees with the weight beyond the threshold; at it, +1', () => {
    const [w, m] = [Float64Array.of(1, 1, -1, -1, 1, -1, 1), new Float64Array(7)]
    const distances = bop(w, Float64Array.of(3, -3, -3, 3, 1, -1, 0.5), m, 0.5, 0.5)
    expect([...m]).toEqual([1.5, -1.5, -1.5, 1.5, 0.5, -0.5, 0.25])
    expect([...w]).toEqual([-1, 1, 1, -1, 1, 1, 1])
    expect([...distances]).toEqual([1, 2, 1, 2, 0, 0, 0.25])
  })

  it('forgets by 1 - gamma', () => {
    const m = Float64Array.of(4)
    bop(Float64Array.of(1), Float64Array.of(0), m, 100, 0.25)
    expect(at(m, 0)).toBe(3)
  })

  it('has the defaults of larq', () => {
    expect(OptimizerSchema.parse({ kind: 'bop' })).toEqual({ kind: 'bop', threshold: 1e-8, gamma: 1e-4, gammaSchedule: { kind: 'constant' }, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 })
  })
})

describe('clip, layer factor and schedule', () => {
  it('clips to [-1, 1]', () => {
    const values = Float64Array.of(-3, -1, 0.5, 1.0001)
    clip(values)
    expect([...values]).toEqual([-1, -1, 0.5, 1])
  })

  // bnn-spec.md section 1.2.
  it.each([[784, 4096, 57.04, 64], [4096, 4096, 73.9, 64], [4096, 10, 52.32, 64], [784, 2048, 43.45, 32], [2048, 2048, 52.26, 64], [2048, 10, 37.04, 32]])(
    'layer factor of %i to %i is %f, as a power of two %i', (inputs, units, exact, power) => {
      expect(layerFactor('exact', inputs + units)).toBeCloseTo(exact, 2)
      expect(layerFactor('powerOfTwo', inputs + units)).toBe(power)
      expect(layerFactor('off', inputs + units)).toBe(1)
    })

  it('ties of the power of two go up: fans of 3 * 4^j', () => {
    for (let j = 0; j < 12; j++) expect(layerFactor('powerOfTwo', 3 * 4 ** j)).toBe(2 ** (j + 1))
  })

  it('batch norm gamma of 2048 channels has 36.95', () => {
    expect(layerFactor('exact', 2048)).toBeCloseTo(36.95, 2)
  })

  it('schedules', () => {
    const exponential = { start: 3e-3, schedule: { kind: 'exponential', end: 3e-7 } } as const
    expect(learningRate(exponential, 1000, 1) / 3e-3).toBeCloseTo(0.990832, 6)
    expect(learningRate(exponential, 1000, 1000)).toBeCloseTo(3e-7, 15)
    expect([0, 19, 20, 45].map(epoch => learningRate({ start: 1, schedule: { kind: 'halve', every: 20 } }, 100, epoch))).toEqual([1, 1, 0.5, 0.25])
    expect(learningRate({ start: 1, schedule: { kind: 'step', every: 5, factor: 0.25 } }, 100, 11)).toBe(0.0625)
    expect(learningRate({ start: 0.3, schedule: { kind: 'constant' } }, 100, 11)).toBe(0.3)
  })
})
