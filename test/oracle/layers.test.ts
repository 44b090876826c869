import { describe, expect, it } from 'vitest'
import { activationBackward, activationForward, activationParameterGradients } from './activation.ts'
import { relativeError } from './compare.ts'
import { denseBackward, denseForward } from './dense.ts'
import { elementDraws } from './draws.ts'
import { applyMask, dropoutMask } from './dropout.ts'
import { numericGradient, uniformValues } from './examples.ts'
import { Margins } from './margins.ts'
import { at, Matrix } from './numbers.ts'
import { quantizeBackward, quantizeForward } from './quantize.ts'
import { signBackward, signDeterministic, signStochastic } from './sign.ts'

/** A scalar function of a matrix with the gradient `weights`: sum of products. */
function weightedSum(matrix: Matrix, weights: Matrix): number {
  return matrix.values.reduce((sum, value, i) => sum + value * at(weights.values, i), 0)
}

describe('dense', () => {
  const input = new Matrix(4, 5, uniformValues(20, 1))
  const gradient = new Matrix(4, 3, uniformValues(12, 2))

  it('multiplies by the signs of latent weights, sign(0) = +1', () => {
    const output = denseForward(new Matrix(1, 2, [3, 5]), Float64Array.of(0.1, -0.1, 0, -7), { units: 2, binary: true })
    expect([...output.values]).toEqual([8, -8])
  })

  it('real: all three gradients agree with finite differences', () => {
    const [weight, bias, options] = [uniformValues(15, 3), uniformValues(3, 4), { units: 3, binary: false }]
    const f = (): number => weightedSum(denseForward(input, weight, options, bias), gradient)
    const back = denseBackward(input, weight, options, gradient)
    expect(relativeError(back.input.values, numericGradient(f, input.values))).toBeLessThan(1e-8)
    expect(relativeError(back.weight.gradient, numericGradient(f, weight))).toBeLessThan(1e-8)
    expect(relativeError(back.bias.gradient, numericGradient(f, bias))).toBeLessThan(1e-8)
  })

  it('binary: the gradient is that of the binary weights, without a mask for latent weights outside [-1, 1]', () => {
    const latent = uniformValues(15, 3, -3, 3)
    const binary = denseBackward(input, latent, { units: 3, binary: true }, gradient)
    const real = denseBackward(input, latent.map(w => w >= 0 ? 1 : -1), { units: 3, binary: false }, gradient)
    expect(binary.weight.gradient).toEqual(real.weight.gradient)
    expect(binary.input.values).toEqual(real.input.values)
  })

  it('sums the magnitudes of the terms beside the gradient', () => {
    const back = denseBackward(new Matrix(2, 1, [1, -1]), Float64Array.of(1), { units: 1, binary: true }, new Matrix(2, 1, [3, 3]))
    expect([back.weight.gradient[0], back.weight.magnitude[0], back.bias.gradient[0]]).toEqual([0, 6, 6])
  })
})

describe('sign', () => {
  const edges = new Matrix(1, 7, [-1.5, -1, -0.25, 0, 0.25, 1, 1.5])

  it('is +1 at 0, or 0 if asked for', () => {
    expect([...signDeterministic(edges, 'plus').values]).toEqual([-1, -1, -1, 1, 1, 1, 1])
    expect([...signDeterministic(edges, 'zero').values]).toEqual([-1, -1, -1, 0, 1, 1, 1])
  })

  it('passes the gradient up to and including 1 (clip), or below 1 (strict)', () => {
    const gradient = new Matrix(1, 7, [1, 2, 3, 4, 5, 6, 7])
    expect([...signBackward(edges, 'clip', gradient).values]).toEqual([0, 2, 3, 4, 5, 6, 0])
    expect([...signBackward(edges, 'strict', gradient).values]).toEqual([0, 0, 3, 4, 5, 0, 0])
  })

  it.each([
    ['approxSign', (x: number): number => (Math.abs(x) >= 1 ? Math.sign(x) : 2 * x - x * Math.abs(x))],
    ['swishSign', (x: number): number => { const s = 1 / (1 + Math.exp(-5 * x)); return 2 * s * (1 + 5 * x * (1 - s)) - 1 }],
  ] as const)('%s: the gradient is the derivative of the function that stands in for the sign', (rule, stand) => {
    const input = new Matrix(8, 25, uniformValues(200, 5, -3, 3))
    const gradient = new Matrix(8, 25, uniformValues(200, 6))
    const numeric = numericGradient(() => weightedSum(input.map(stand), gradient), input.values)
    expect(relativeError(signBackward(input, rule, gradient).values, numeric)).toBeLessThan(1e-7)
    const far = new Matrix(1, 4, [-1e6, -200, 200, 1e6])
    expect(signBackward(far, rule, far.map(() => 1)).values.every(slope => Math.abs(slope) < 1e-300)).toBe(true)
    // Continuous slopes leave no decision to doubt.
    const margins = new Margins()
    signBackward(new Matrix(1, 2, [1, -1]), rule, new Matrix(1, 2, [1, 1]), margins)
    expect(margins.report().gradients).toBe(Infinity)
  })

  it('stochastic: +1 exactly where the draw is below the probability', () => {
    const u = [0, 0.5, 0.5, 0.999, 0]
    const y = new Matrix(1, 5, [-1, 0, 0.01, 1, -0.99])
    expect([...signStochastic(y, (_, channel) => at(u, channel)).values]).toEqual([-1, -1, 1, 1, 1])
  })

  it('stochastic: the mean is clip(y, -1, 1)', () => {
    const channels = 40_000
    for (const y of [-1.2, -0.8, -0.3, 0, 0.5, 0.9, 2]) {
      const bits = signStochastic(new Matrix(1, channels, new Float64Array(channels).fill(y)), elementDraws(1234, 'stochasticSign', 3, channels, 1))
      const mean = bits.values.reduce((sum, bit) => sum + bit, 0) / channels
      // Four standard deviations of a mean of 40 000 draws are at most 0.02.
      expect(Math.abs(mean - Math.min(1, Math.max(-1, y)))).toBeLessThan(0.02)
    }
  })

  it('reports how close it came', () => {
    const margins = new Margins()
    signDeterministic(new Matrix(1, 2, [-0.25, 3]), 'plus', margins)
    signBackward(new Matrix(1, 2, [-0.25, 1.125]), 'clip', new Matrix(1, 2), margins)
    expect(margins.report().categories).toMatchObject({ sign: 0.25, signMask: 0.125 })
  })
})

describe('dropout', () => {
  it('keeps u >= rate and divides by 1 - rate, on values and gradients alike', () => {
    const u = [0.1, 0.25, 0.3, 0.9]
    const mask = dropoutMask(1, 4, 0.25, (_, channel) => at(u, channel))
    expect([...applyMask(new Matrix(1, 4, [3, 3, -3, 6]), mask).values]).toEqual([0, 4, -4, 8])
  })

  it.each([0, 0.2, 0.5, 0.9])('rate %f: drops that share and keeps the mean', rate => {
    const mask = dropoutMask(200, 200, rate, elementDraws(7, 'dropout', 1, 200, 1))
    const present = mask.values.filter(value => value !== 0).length / mask.values.length
    expect(Math.abs(present - (1 - rate))).toBeLessThan(0.01)
    expect(Math.abs(mask.values.reduce((sum, value) => sum + value, 0) / mask.values.length - 1)).toBeLessThan(0.06)
  })
})

describe('draws', () => {
  it('are all different within a layer, and differ by step, layer, stream and seed', () => {
    const draws = elementDraws(1, 'dropout', 2, 70, 1)
    const seen = new Set<number>()
    for (let row = 0; row < 20; row++) for (let channel = 0; channel < 70; channel++) seen.add(draws(row, channel))
    // 1400 draws out of 2^24: 0.06 collisions are expected.
    expect(seen.size).toBeGreaterThan(1397)
    const others = [elementDraws(1, 'dropout', 2, 70, 2), elementDraws(1, 'dropout', 3, 70, 1), elementDraws(1, 'stochasticSign', 2, 70, 1), elementDraws(2, 'dropout', 2, 70, 1)]
    for (const other of others) expect(other(3, 65)).not.toBe(draws(3, 65))
  })
})

describe('activation', () => {
  const input = new Matrix(1, 6, [-2, -1, -0.5, 0, 1, 2])
  const gradient = new Matrix(1, 6, [1, 2, 3, 4, 5, 6])

  it('relu passes the gradient above 0 only', () => {
    expect([...activationForward(input, 'relu').values]).toEqual([0, 0, 0, 0, 1, 2])
    expect([...activationBackward(input, 'relu', gradient).values]).toEqual([0, 0, 0, 0, 5, 6])
  })

  it('clip01 passes the gradient on [0, 1]', () => {
    expect([...activationForward(input, 'clip01').values]).toEqual([0, 0, 0, 0, 1, 1])
    expect([...activationBackward(input, 'clip01', gradient).values]).toEqual([0, 0, 0, 4, 5, 0])
  })

  it.each(['prelu', 'rpRelu'] as const)('%s: all gradients agree with finite differences', kind => {
    const values = new Matrix(6, 5, uniformValues(30, 21, -2, 2))
    const behind = new Matrix(6, 5, uniformValues(30, 22))
    const parameters = { slope: uniformValues(5, 23), ...(kind === 'rpRelu' && { knee: uniformValues(5, 24), lift: uniformValues(5, 25) }) }
    const f = (): number => weightedSum(activationForward(values, kind, parameters), behind)
    const margins = new Margins()
    const back = activationBackward(values, kind, behind, margins, parameters)
    expect(margins.report().categories.kink).toBeGreaterThan(1e-4)
    expect(relativeError(back.values, numericGradient(f, values.values))).toBeLessThan(1e-8)
    const found = activationParameterGradients(values, parameters, behind, back)
    expect([...found.keys()]).toEqual(Object.keys(parameters))
    for (const [name, { gradient: own }] of found) expect(relativeError(own, numericGradient(f, parameters[name] as Float64Array)), name).toBeLessThan(1e-8)
  })

  it('rpRelu is prelu around a knee: above it x - knee + lift, below it the slope of that', () => {
    const parameters = { slope: Float64Array.of(0.5), knee: Float64Array.of(1), lift: Float64Array.of(10) }
    expect([...activationForward(new Matrix(3, 1, [-1, 1, 4]), 'rpRelu', parameters).values]).toEqual([9, 10, 13])
  })

  it('hardTanh passes the gradient strictly inside (-1, 1)', () => {
    expect([...activationForward(input, 'hardTanh').values]).toEqual([-1, -1, -0.5, 0, 1, 1])
    expect([...activationBackward(input, 'hardTanh', gradient).values]).toEqual([0, 0, 3, 4, 0, 0])
  })
})

describe('quantize', () => {
  it('has 2^k evenly spaced values on [0, 1], halves to the even one', () => {
    const input = new Matrix(1, 9, [-3, 0, 1 / 6 - 1e-9, 1 / 6, 1 / 6 + 1e-9, 0.5, 5 / 6, 1, 7])
    expect([...quantizeForward(input, 2).values]).toEqual([0, 0, 0, 0, 1 / 3, 2 / 3, 2 / 3, 1, 1])
    expect([...quantizeForward(input, 1).values]).toEqual([0, 0, 0, 0, 0, 0, 1, 1, 1])
    const fine = quantizeForward(new Matrix(1, 1001, Float64Array.from({ length: 1001 }, (_, i) => i / 1000)), 8)
    expect(new Set(fine.values).size).toBe(256)
    fine.values.forEach((y, i) => { expect(Math.abs(y - i / 1000)).toBeLessThanOrEqual(0.5 / 255 + 1e-12) })
  })

  it('passes the gradient of the clip that it rounds', () => {
    const input = new Matrix(4, 10, uniformValues(40, 31, -1, 2))
    const gradient = new Matrix(4, 10, uniformValues(40, 32))
    const clipped = (): number => weightedSum(input.map(x => Math.min(1, Math.max(0, x))), gradient)
    expect(relativeError(quantizeBackward(input, gradient).values, numericGradient(clipped, input.values))).toBeLessThan(1e-8)
    expect([...quantizeBackward(new Matrix(1, 4, [-1e-9, 0, 1, 1 + 1e-9]), new Matrix(1, 4, [1, 2, 3, 4])).values]).toEqual([0, 2, 3, 0])
  })

  it('reports how close it came', () => {
    const margins = new Margins()
    quantizeForward(new Matrix(1, 2, [0.25, 0.9]), 2, margins)
    expect(margins.report().categories.quantize).toBeCloseTo(0.9 - 5 / 6)
  })
})
