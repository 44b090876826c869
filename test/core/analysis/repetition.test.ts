import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distance, filterBank, inverted, isLeading, keyText, patternOf } from '../../../core/analysis/filterBank.ts'
import { popcount } from '../../../core/analysis/signs.ts'
import { channelGroups, channelSimilarity, nearRepeats, repetitionOf, topFilters, usesOf } from '../../../core/analysis/repetition.ts'
import { fillUniform, streamKey } from '../../../core/random.ts'
import { allSlices, channelText, distinctSlices, merged, nearSlices, opposite, sliceText, type Layer } from '../../oracle/repetition.ts'

/**
 * Layers of random weights in which filters do repeat: every slice is one of `kinds` patterns or its opposite, and now and then a
 * whole channel is another's.
 */
const layers = fc.record({
  kernel: fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 11),
  inputs: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 1, max: 40 }),
  kinds: fc.integer({ min: 1, max: 12 }),
  seed: fc.integer({ min: 0, max: 1e6 }),
}).map(({ kernel, inputs, outputs, kinds, seed }): Layer => {
  const taps = kernel * kernel
  const signs = fillUniform(new Float32Array(kinds * taps), streamKey(seed, 1), -1, 1)
  const choice = fillUniform(new Float32Array(inputs * outputs), streamKey(seed, 2), -kinds, kinds)
  const twin = fillUniform(new Float32Array(outputs), streamKey(seed, 3), -outputs, outputs)
  const latent = new Float32Array(taps * inputs * outputs)
  for (let output = 0; output < outputs; output++) {
    const other = Math.floor(Math.abs(twin[output] as number))
    const source = other < output && other % 3 === 0 ? other : output
    const turned = source !== output && (twin[output] as number) < 0 ? -1 : 1
    for (let input = 0; input < inputs; input++) {
      const chosen = choice[input * outputs + source] as number
      for (let tap = 0; tap < taps; tap++) {
        const sign = signs[Math.floor(Math.abs(chosen)) % kinds * taps + tap] as number
        latent[(tap * inputs + input) * outputs + output] = turned * Math.sign(chosen) * sign
      }
    }
  }
  return { kernel, inputs, outputs, latent }
})

describe('counts are those of a recount by text', () => {
  test('distinct filters by map, in the layer and of whole channels', () => {
    fc.assert(fc.property(layers, layer => {
      const found = repetitionOf(filterBank(layer.latent, layer))
      const slices = allSlices(layer)
      const channels = Array.from({ length: layer.outputs }, (_, output) => channelText(layer, output))
      expect(found).toMatchObject({
        slices: slices.length,
        distinct: distinctSlices(layer, text => text),
        distinctMerged: distinctSlices(layer, merged),
        layerDistinct: new Set(slices).size,
        layerDistinctMerged: new Set(slices.map(merged)).size,
        distinctChannels: new Set(channels).size,
        distinctChannelsMerged: new Set(channels.map(merged)).size,
      })
      const frequency = new Map<string, number>()
      for (const text of slices) frequency.set(text, (frequency.get(text) ?? 0) + 1)
      const entropy = [...frequency.values()].reduce((sum, count) => sum - (count / slices.length) * Math.log2(count / slices.length), 0)
      expect(found.entropy).toBeCloseTo(entropy, 9)
    }), { numRuns: 150 })
  }, 60_000)

  test('near repeats within a distance', () => {
    fc.assert(fc.property(layers, fc.integer({ min: 0, max: 4 }), fc.boolean(), (layer, most, opposites) => {
      expect(nearRepeats(filterBank(layer.latent, layer), most, opposites)).toBe(nearSlices(layer, most, opposites))
    }), { numRuns: 100 })
  }, 60_000)

  test('every use of a pattern, and the most frequent ones', () => {
    fc.assert(fc.property(layers, layer => {
      const bank = filterBank(layer.latent, layer)
      const [top, ...rest] = topFilters(bank, 1000)
      const slices = allSlices(layer)
      const text = Array.from({ length: layer.kernel ** 2 }, (_, tap) => (((patternOf(bank, top?.id ?? 0)[tap >> 5] as number) >>> (tap & 31)) & 1 ? '+' : '-')).join('')
      expect(top?.count).toBe(slices.filter(slice => slice === text).length)
      expect(top?.opposite).toBe(slices.filter(slice => slice === opposite(text)).length)
      expect([top, ...rest].reduce((sum, filter) => sum + (filter?.count ?? 0) + (filter?.opposite ?? 0), 0)).toBe(slices.length)
      const uses = usesOf(bank, top?.id ?? 0)
      expect(uses).toHaveLength(top?.maps ?? 0)
      for (const { input, outputs, opposite: turned } of uses) {
        for (const output of outputs) expect(sliceText(layer, input, output)).toBe(text)
        for (const output of turned) expect(sliceText(layer, input, output)).toBe(opposite(text))
      }
      expect(uses.reduce((sum, use) => sum + use.outputs.length + use.opposite.length, 0)).toBe((top?.count ?? 0) + (top?.opposite ?? 0))
    }), { numRuns: 100 })
  }, 60_000)

  test('channels that are equal or opposite, and how alike others are', () => {
    fc.assert(fc.property(layers, layer => {
      const bank = filterBank(layer.latent, layer)
      const groups = channelGroups(bank)
      expect(groups.flatMap(({ same, opposite: turned }) => [...same, ...turned]).sort((a, b) => a - b)).toEqual(Array.from({ length: layer.outputs }, (_, output) => output))
      for (const { same, opposite: turned } of groups) {
        const first = channelText(layer, same[0] as number)
        for (const output of same) expect(channelText(layer, output)).toBe(first)
        for (const output of turned) expect(channelText(layer, output)).toBe(opposite(first))
      }
      const shares = channelSimilarity(bank)
      const last = layer.outputs - 1
      const alike = Array.from({ length: layer.inputs }, (_, input) => merged(sliceText(layer, input, 0)) === merged(sliceText(layer, input, last))).filter(Boolean).length
      expect(shares[last]).toBeCloseTo(alike / layer.inputs, 6)
    }), { numRuns: 100 })
  }, 60_000)
})

test('a pattern, its key and its opposite', () => {
  // 1 at taps 0 and 8 of 3 x 3.
  const bank = filterBank(Float32Array.of(1, -1, -1, -1, -1, -1, -1, -1, 0), { kernel: 3, inputs: 1, outputs: 1 })
  const pattern = patternOf(bank, 0)
  expect([...pattern]).toEqual([0x101])
  expect(keyText(pattern, 3)).toBe('101')
  expect([...inverted(pattern, 9)]).toEqual([0x0fe])
  expect([isLeading(pattern, 9), isLeading(inverted(pattern, 9), 9)]).toEqual([false, true])
  expect(distance(pattern, inverted(pattern, 9))).toBe(9)
  const large = Uint32Array.of(0xffffffff, 0, 0x80000000, 1)
  expect([...inverted(large, 121)]).toEqual([0, 0xffffffff, 0x7fffffff, 0x1fffffe])
  expect(keyText(large, 11)).toBe('00000018000000000000000ffffffff'.slice(-31))
  expect([0, 1, 0xffffffff, 0x80000001].map(popcount)).toEqual([0, 1, 32, 2])
})

test('the filters of GoogLeNet are counted in less than a second', () => {
  // Its largest layers of each kind: four million weights, of some six.
  const sizes = [[64, 192, 3], [96, 128, 3], [128, 192, 3], [96, 208, 3], [112, 224, 3], [128, 256, 3], [144, 288, 3], [160, 320, 3], [160, 320, 3], [192, 384, 3], [16, 32, 5], [24, 64, 5], [32, 128, 5], [48, 128, 5], [3, 64, 7], [832, 384, 1], [832, 256, 1], [528, 256, 1], [512, 160, 1], [480, 192, 1]] as const
  const layersOf = sizes.map(([inputs, outputs, kernel], seed) => ({ kernel, inputs, outputs, latent: fillUniform(new Float32Array(kernel * kernel * inputs * outputs), streamKey(seed, 4), -1, 1) }))
  const begun = performance.now()
  for (const layer of layersOf) repetitionOf(filterBank(layer.latent, layer))
  const seconds = (performance.now() - begun) / 1000
  console.log(`${layersOf.reduce((sum, { latent }) => sum + latent.length, 0)} weights in ${seconds.toFixed(2)} s`)
  // Other work shares the machine: the promise is a second on an idle one.
  expect(seconds).toBeLessThan(5)
})
