import { describe, expect, it } from 'vitest'
import { packKernels, unpackBits, packBits, unpackWeights } from './bits.ts'
import { relativeError } from './compare.ts'
import { convBackward, convForward, type ConvOptions } from './conv.ts'
import { denseBackward, denseForward } from './dense.ts'
import { numericGradient, uniformValues } from './examples.ts'
import { at, Matrix, sign } from './numbers.ts'
import { outputSize, tapsInside } from './window.ts'

const SAME = { size: 3, stride: 1, padding: 1 }

function weightedSum(matrix: Matrix, weights: Matrix): number {
  return matrix.values.reduce((sum, value, i) => sum + value * at(weights.values, i), 0)
}

describe('windows', () => {
  it.each([[32, 3, 1, 1, 32], [32, 2, 2, 0, 16], [224, 11, 4, 2, 55], [55, 3, 2, 0, 27], [5, 2, 2, 0, 2], [5, 1, 2, 0, 3], [2, 3, 1, 2, 4]])('side %d, window %d, stride %d, padding %d: %d places', (side, size, stride, padding, places) => {
    expect(outputSize({ height: side, width: 1000 }, { size, stride, padding }).height).toBe(places)
  })

  it('list the taps inside, by place and then by tap, image after image', () => {
    const taps = [...tapsInside(2, { height: 2, width: 2 }, { size: 2, stride: 2, padding: 1 })].map(({ outputRow, tap, inputRow }) => [outputRow, tap, inputRow])
    expect(taps).toEqual([[0, 3, 0], [1, 2, 1], [2, 1, 2], [3, 0, 3], [4, 3, 4], [5, 2, 5], [6, 1, 6], [7, 0, 7]])
  })

  it('refuse what does not fit, and padding that a window could get lost in', () => {
    expect(() => outputSize({ height: 2, width: 4 }, { size: 3, stride: 1, padding: 0 })).toThrow('does not fit')
    expect(() => outputSize({ height: 4, width: 4 }, { size: 2, stride: 1, padding: 2 })).toThrow('does not fit')
  })
})

describe('convolution', () => {
  const picture = { height: 4, width: 3 }
  const options: ConvOptions = { filters: 2, binary: false, window: { size: 3, stride: 2, padding: 1 }, picture }

  it('by hand: not flipped, first tap at the top left, zeros outside', () => {
    // One channel, 2 x 2 picture 1 2 / 3 4, taps 1..9: the place (0, 0) sees taps 5 6 8 9.
    const taps = Float64Array.from({ length: 9 }, (_, tap) => tap + 1)
    const output = convForward(new Matrix(4, 1, [1, 2, 3, 4]), taps, { filters: 1, binary: false, window: SAME, picture: { height: 2, width: 2 } })
    expect([...output.values]).toEqual([5 + 12 + 24 + 36, 4 + 10 + 21 + 32, 2 + 6 + 15 + 24, 1 + 4 + 12 + 20])
  })

  it('real: all three gradients agree with finite differences, with stride and padding', () => {
    const input = new Matrix(2 * 12, 3, uniformValues(72, 1))
    const [weight, bias] = [uniformValues(27 * 2, 2), uniformValues(2, 3)]
    const gradient = new Matrix(2 * 4, 2, uniformValues(16, 4))
    const f = (): number => weightedSum(convForward(input, weight, options, bias), gradient)
    const back = convBackward(input, weight, options, gradient)
    expect(relativeError(back.input.values, numericGradient(f, input.values))).toBeLessThan(1e-8)
    expect(relativeError(back.weight.gradient, numericGradient(f, weight))).toBeLessThan(1e-8)
    expect(relativeError(back.bias.gradient, numericGradient(f, bias))).toBeLessThan(1e-8)
  })

  it('binary: as real with the signs of the latent weights', () => {
    const input = new Matrix(12, 3, uniformValues(36, 1).map(sign))
    const latent = uniformValues(54, 2, -3, 3)
    const gradient = new Matrix(4, 2, uniformValues(8, 4))
    expect(convForward(input, latent, { ...options, binary: true })).toEqual(convForward(input, latent.map(sign), options))
    expect(convBackward(input, latent, { ...options, binary: true }, gradient)).toEqual(convBackward(input, latent.map(sign), options, gradient))
  })

  it('of the whole picture without padding is a dense layer of the flattened one', () => {
    const whole: ConvOptions = { filters: 5, binary: true, window: { size: 4, stride: 1, padding: 0 }, picture: { height: 4, width: 4 } }
    const input = new Matrix(2 * 16, 3, uniformValues(96, 1))
    const flat = input.reshaped(2, 48)
    const latent = uniformValues(48 * 5, 2)
    const gradient = new Matrix(2, 5, uniformValues(10, 3))
    expect(relativeError(convForward(input, latent, whole).values, denseForward(flat, latent, { units: 5, binary: true }).values)).toBeLessThan(1e-14)
    const [one, other] = [convBackward(input, latent, whole, gradient), denseBackward(flat, latent, { units: 5, binary: true }, gradient)]
    expect(relativeError(one.weight.gradient, other.weight.gradient)).toBeLessThan(1e-14)
    expect(relativeError(one.input.values, other.input.values)).toBeLessThan(1e-14)
    expect(relativeError(one.weight.magnitude, other.weight.magnitude)).toBeLessThan(1e-14)
  })

  it.each([1, 31, 32, 33, 70])('xnor and popcount over packed taps inside give the same sums (%d channels)', channels => {
    const small: ConvOptions = { filters: 3, binary: true, window: SAME, picture }
    const input = new Matrix(12, channels, uniformValues(12 * channels, 5).map(sign))
    const latent = uniformValues(9 * channels * 3, 6)
    const words = Math.ceil(channels / 32)
    const [bits, kernels] = [packBits(input), packKernels(latent, 9, channels, 3)]
    expect(kernels.length).toBe(9 * words * 3)
    const output = new Matrix(12, 3)
    for (const { outputRow, tap, inputRow } of tapsInside(1, picture, SAME)) {
      const row = unpackBits(bits.slice(inputRow * words, (inputRow + 1) * words), 1, channels)
      const weights = unpackWeights(kernels.slice(tap * words * 3, (tap + 1) * words * 3), channels, 3)
      for (let filter = 0; filter < 3; filter++) {
        for (let c = 0; c < channels; c++) output.add(outputRow, filter, row.at(0, c) * at(weights, c * 3 + filter))
      }
    }
    expect(output.values).toEqual(convForward(input, latent, small).values)
  })
})
