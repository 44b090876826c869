import { describe, expect, test } from 'vitest'
import { deadChannels } from '../../../core/analysis/deadChannels.ts'
import { denseRepetition } from '../../../core/analysis/denseRows.ts'
import { filterBank } from '../../../core/analysis/filterBank.ts'
import { distinctVariance, expectedDistinct, patternKinds, randomBaseline } from '../../../core/analysis/random.ts'
import { repetitionOf } from '../../../core/analysis/repetition.ts'
import { fillUniform, streamKey } from '../../../core/random.ts'

const rounded = (fraction: number): number => Number((100 * fraction).toFixed(1))

test('the baseline of the CIFAR-10 network is that of bnn-spec 5.2', () => {
  const share = (outputs: number, merged: boolean): number => rounded(randomBaseline(outputs, [{ kinds: patternKinds(3, merged), count: 1 }]).fraction)
  expect([128, 256, 512].map(outputs => share(outputs, false))).toEqual([88.6, 78.8, 63.2])
  expect([128, 256, 512].map(outputs => share(outputs, true))).toEqual([78.8, 63.3, 43.3])
})

test.each([[1, 5], [2, 1], [2, 3], [8, 5], [16, 4]])('expectation and variance of %i kinds and %i draws, by going through all draws', (kinds, draws) => {
  let [sum, squares] = [0, 0]
  const all = kinds ** draws
  for (let index = 0; index < all; index++) {
    const seen = new Set(Array.from({ length: draws }, (_, at) => Math.floor(index / kinds ** at) % kinds)).size
    sum += seen
    squares += seen * seen
  }
  expect(expectedDistinct(kinds, draws)).toBeCloseTo(sum / all, 9)
  expect(distinctVariance(kinds, draws)).toBeCloseTo(squares / all - (sum / all) ** 2, 9)
})

test('huge numbers of kinds lose no digits', () => {
  expect(expectedDistinct(2 ** 121, 64)).toBe(64)
  expect(distinctVariance(2 ** 40, 64)).toBeCloseTo((64 * 63) / 2 / 2 ** 40, 15)
  expect(distinctVariance(2 ** 20, 64) / ((64 * 63) / 2 / 2 ** 20)).toBeCloseTo(1, 2)
  expect(randomBaseline(64, [{ kinds: patternKinds(64, false), count: 3 }])).toEqual({ fraction: 1, low: 1, high: 1 })
})

test('random layers lie within their interval about 95 times in 100', () => {
  const size = { kernel: 3, inputs: 16, outputs: 96 }
  let inside = 0
  for (let seed = 0; seed < 200; seed++) {
    const { fraction, random } = repetitionOf(filterBank(fillUniform(new Float32Array(9 * 16 * 96), streamKey(seed, 6), -1, 1), size))
    inside += Number(fraction >= random.low && fraction <= random.high)
  }
  expect(inside).toBeGreaterThan(180)
  expect(inside).toBeLessThan(200)
})

describe('dense layers', () => {
  test('units and words that repeat, opposites among them, the last word shorter', () => {
    // Four units of 40 inputs: the second is the first, the third its opposite, the fourth differs from the first in input 39.
    const first = Float32Array.from(fillUniform(new Float32Array(40), streamKey(1, 7), -1, 1))
    const signs = [1, 1, -1, 1]
    const latent = Float32Array.from({ length: 160 }, (_, at) => {
      const [input, unit] = [Math.floor(at / 4), at % 4]
      return (signs[unit] as number) * (unit === 3 && input === 39 ? -1 : 1) * (first[input] as number)
    })
    const found = denseRepetition(latent, 40, 4)
    expect(found).toMatchObject({ distinctUnits: 3, distinctUnitsMerged: 2, words: 8, distinctWords: 2 + 3, distinctWordsMerged: 1 + 2, repeated: [{ same: [0, 1], opposite: [2] }] })
    expect(found.random.fraction).toBeGreaterThan(0.98)
  })
})

test('channels whose sign never changes are dead', () => {
  const normaliser = { mean: [0, 9, -9, 0, 0], inverse: [1, 1, 1, 1, 1], gamma: [1, 1, 1, 0, -1], beta: [0, 0, 0, -1, 9] }
  expect(deadChannels(normaliser, 8)).toEqual([1, 2, 3, 4])
  // A bias of 2 brings sums of up to 10: those of channel 1 reach its mean again.
  expect(deadChannels(normaliser, 8, [0, 2, 0, 0, 0])).toEqual([2, 3, 4])
})
