import { describe, expect, it } from 'vitest'
import { relativeError } from './compare.ts'
import { denseBackward, denseForward } from './dense.ts'
import { weightDraws } from './draws.ts'
import { numericGradient, uniformValues } from './examples.ts'
import { at, Matrix } from './numbers.ts'
import { alphas, centreWeights, inputScaleMap, latentGradient, scaleRows, usedWeights, type WeightOptions } from './weights.ts'

const SCALED: WeightOptions = { weights: 'scaled', weightBits: 2, binarisation: 'deterministic', weightMask: 'off', scaleGradient: 'corrected', inputScale: false, centred: false }
const LATENT = Float64Array.of(0.5, -1.5, 0, 1, -0.25, 3)

const dot = (a: Float64Array, b: Float64Array): number => a.reduce((sum, value, i) => sum + value * at(b, i), 0)

describe('scaled weights', () => {
  it('are each output\'s mean magnitude times the sign, +1 at 0', () => {
    expect([...alphas(LATENT, 2)]).toEqual([0.25, 5.5 / 3])
    expect([...usedWeights(LATENT, SCALED, 2)]).toEqual([0.25, -5.5 / 3, 0.25, 5.5 / 3, -0.25, 5.5 / 3])
    expect([...usedWeights(LATENT, { ...SCALED, weights: 'binary' }, 2)]).toEqual([1, -1, 1, 1, -1, 1])
    expect(usedWeights(LATENT, { ...SCALED, weights: 'real' }, 2)).toBe(LATENT)
  })

  it('approximate the latent ones best among all scales of their signs (XNOR-Net, equation 6)', () => {
    const latent = uniformValues(40, 3)
    const distance = (factor: number): number => usedWeights(latent, SCALED, 1).reduce((sum, used, i) => sum + (at(latent, i) - factor * used) ** 2, 0)
    for (const factor of [0.9, 0.99, 1.01, 1.1]) expect(distance(factor)).toBeGreaterThan(distance(1))
  })

  it('corrected: what it adds to the gradient with alpha held fixed is the derivative of alpha', () => {
    const [latent, gradient] = [uniformValues(30, 1, -2, 2), uniformValues(30, 2)]
    const plain = { gradient, magnitude: gradient.map(Math.abs) }
    const of = (scaleGradient: WeightOptions['scaleGradient']): Float64Array => latentGradient(latent, plain, { ...SCALED, scaleGradient }, 5, 1).gradient
    const added = of('corrected').map((g, i) => g - at(of('constant'), i))
    // No sign changes on the way, so alpha is all that moves.
    expect(relativeError(added, numericGradient(() => dot(gradient, usedWeights(latent, SCALED, 5)), latent))).toBeLessThan(1e-8)
  })

  it('the other forms, worked out by hand', () => {
    const plain = { gradient: Float64Array.of(1, 2, 3, 4, 5, 6), magnitude: new Float64Array(6) }
    const of = (options: Partial<WeightOptions>): number[] => [...latentGradient(LATENT, plain, { ...SCALED, ...options }, 2, 1).gradient]
    const alpha = 5.5 / 3
    expect(of({ scaleGradient: 'constant', weightMask: 'strict' })).toEqual([0.25, 0, 0.75, 0, 1.25, 0])
    expect(of({ scaleGradient: 'constant', weightMask: 'clip' })).toEqual([0.25, 0, 0.75, 4 * alpha, 1.25, 0])
    expect(of({ scaleGradient: 'unit', weightMask: 'clip' })).toEqual([1, 0, 3, 4, 5, 0])
    expect(of({ scaleGradient: 'paper', weightMask: 'strict' })).toEqual([0.25 + 1 / 3, 2 / 3, 3 * (0.25 + 1 / 3), 4 / 3, 5 * (0.25 + 1 / 3), 2])
    // The code's further factor 1 - 1 / inputs: three inputs of a dense layer, or three taps of one.
    expect(of({ scaleGradient: 'paper', centred: true })[0]).toBeCloseTo((0.25 + 1 / 3) * 2 / 3, 14)
    expect(latentGradient(LATENT, plain, { ...SCALED, scaleGradient: 'paper', centred: true }, 2, 3).gradient[0]).toBe(0)
    expect(of({ weights: 'binary', weightMask: 'strict' })).toEqual([1, 0, 3, 0, 5, 0])
    expect(of({ weights: 'real', weightMask: 'strict' })).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('centring takes the mean over input channels out of every tap', () => {
    const weights = Float64Array.of(1, 10, 3, 20, 5, 0, 9, 4)
    // Two taps of two channels and two outputs.
    centreWeights(weights, 2, 2)
    expect([...weights]).toEqual([-1, -5, 1, 5, -2, -2, 2, 2])
  })
})

describe('weights of k bits', () => {
  const ofBits = (weightBits: number): WeightOptions => ({ ...SCALED, weights: 'quantized', weightBits })

  it('1: the sign times the mean magnitude of the layer, and the gradient as it is', () => {
    expect([...usedWeights(LATENT, ofBits(1), 2)]).toEqual([1, -1, 1, 1, -1, 1].map(s => s * 6.25 / 6))
    const plain = { gradient: Float64Array.of(1, 2, 3, 4, 5, 6), magnitude: new Float64Array(6) }
    expect(latentGradient(LATENT, plain, ofBits(1), 2, 1).gradient).toEqual(plain.gradient)
  })

  it('2: thirds from -1 to 1, the largest magnitude at the end', () => {
    const t = (share: number): number => Math.atanh(share * Math.tanh(2))
    expect([...usedWeights(Float64Array.of(2, t(0.7), t(0.6), t(0.01), t(-0.01), t(-0.9)), ofBits(2), 1)].map(w => Math.round(3 * w))).toEqual([3, 3, 1, 1, -1, -3])
  })

  it('8: up to the rounding, tanh over its largest magnitude; so the gradient agrees with finite differences of that', () => {
    const latent = uniformValues(40, 2, -1.5, 1.5)
    const largest = latent.reduce((most, w) => Math.max(most, Math.abs(w)), 0)
    const smooth = (): Float64Array => latent.map(w => Math.tanh(w) / Math.tanh(largest))
    const used = usedWeights(latent, ofBits(8), 4)
    smooth().forEach((w, i) => { expect(Math.abs(w - at(used, i))).toBeLessThanOrEqual(1 / 255 + 1e-12) })
    const gradient = uniformValues(40, 5)
    const back = latentGradient(latent, { gradient, magnitude: gradient.map(Math.abs) }, ofBits(8), 4, 1).gradient
    expect(relativeError(back, numericGradient(() => dot(gradient, smooth()), latent))).toBeLessThan(1e-8)
  })
})

describe('stochastic weights', () => {
  const stochastic: WeightOptions = { ...SCALED, weights: 'binary', binarisation: 'stochastic' }

  it('are +1 exactly where the draw is below the probability, and their latent values in evaluation', () => {
    const u = [0, 0.999, 0.5, 0.49, 0.75, 0.25]
    expect([...usedWeights(Float64Array.of(-1, 1, 0, 0, 0.5, -0.5), stochastic, 2, (input, output) => at(u, input * 2 + output))]).toEqual([-1, 1, -1, 1, -1, -1])
    expect(usedWeights(LATENT, stochastic, 2)).toBe(LATENT)
    expect([...usedWeights(LATENT, { ...stochastic, weights: 'scaled' }, 2, () => 0)]).toEqual([...usedWeights(LATENT, SCALED, 2)])
  })

  it('have the clipped latent weight as their mean, and other values at every step', () => {
    const outputs = 20_000
    for (const w of [-1.2, -0.6, 0, 0.3, 2]) {
      const latent = new Float64Array(outputs).fill(w)
      const [first, second] = [1, 2].map(step => usedWeights(latent, stochastic, outputs, weightDraws(9, 1, { channels: 1, outputs }, step)))
      expect(Math.abs((first?.reduce((sum, used) => sum + used, 0) ?? NaN) / outputs - Math.min(1, Math.max(-1, w)))).toBeLessThan(0.03)
      if (Math.abs(w) < 1) expect(second).not.toEqual(first)
    }
  })

  it('draw no number twice, across taps and words', () => {
    const draw = weightDraws(3, 1, { channels: 33, outputs: 5 }, 1)
    const seen = new Set<number>()
    for (let input = 0; input < 4 * 33; input++) for (let output = 0; output < 5; output++) seen.add(draw(input, output))
    // 660 draws out of 2^24: 0.01 collisions are expected.
    expect(seen.size).toBeGreaterThan(658)
  })
})

describe('the input scale', () => {
  it('averages magnitudes over channels and the whole window, zeros outside', () => {
    const input = new Matrix(4, 2, [1, -3, 0, 4, -2, -2, 8, 0])
    expect([...inputScaleMap(input, { height: 1, width: 1 })]).toEqual([2, 2, 2, 4])
    expect([...inputScaleMap(input, { height: 2, width: 2 }, { size: 2, stride: 1, padding: 1 })]).toEqual([0.5, 1, 0.5, 1, 2.5, 1.5, 0.5, 1.5, 1])
  })

  it('held fixed, the gradients of input and weights agree with finite differences', () => {
    const [input, gradient, weight] = [new Matrix(3, 5, uniformValues(15, 1)), new Matrix(3, 2, uniformValues(6, 2)), uniformValues(10, 3)]
    const k = inputScaleMap(input, { height: 1, width: 1 })
    const options = { units: 2, binary: false }
    const f = (): number => dot(scaleRows(denseForward(input, weight, options), k).values, gradient.values)
    const back = denseBackward(input, weight, options, scaleRows(gradient, k))
    expect(relativeError(back.input.values, numericGradient(f, input.values))).toBeLessThan(1e-8)
    expect(relativeError(back.weight.gradient, numericGradient(f, weight))).toBeLessThan(1e-8)
  })
})
