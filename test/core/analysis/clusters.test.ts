import fc from 'fast-check'
import { expect, test } from 'vitest'
import { channelBalance, channelBits, channelProducts, nearestChannels } from '../../../core/analysis/channelBits.ts'
import { clusterPatterns, nearPatterns } from '../../../core/analysis/clusters.ts'
import { filterBank } from '../../../core/analysis/filterBank.ts'
import { signsOf } from '../../../core/analysis/signs.ts'
import { channelText, opposite, sliceText, type Layer } from '../../oracle/repetition.ts'

const layers = fc.record({ kernel: fc.constantFrom(1, 3, 5, 7), inputs: fc.integer({ min: 1, max: 4 }), outputs: fc.integer({ min: 1, max: 9 }) }).chain(size =>
  fc.array(fc.constantFrom(-1, 1), { minLength: size.kernel ** 2 * size.inputs * size.outputs, maxLength: size.kernel ** 2 * size.inputs * size.outputs }).map(latent => ({ ...size, latent })))

const apart = (a: string, b: string): number => Array.from(a).filter((sign, at) => sign !== b[at]).length

test('every pattern is in one cluster, as near to its leader as to any, and no leader is within reach of another', () => {
  fc.assert(fc.property(layers, fc.integer({ min: 0, max: 6 }), fc.boolean(), (layer: Layer, most, merged) => {
    const bank = filterBank(layer.latent, layer)
    const clusters = clusterPatterns(bank.patterns, { bits: layer.kernel ** 2, words: bank.words, weights: bank.counts, most, merged })
    expect(clusters.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual(Array.from(bank.counts, (_, id) => id))
    const textOf = (id: number): string => {
      const slice = bank.ids.indexOf(id)
      return sliceText(layer, Math.floor(slice / layer.outputs), slice % layer.outputs)
    }
    const far = (a: number, b: number): number => (merged ? Math.min(apart(textOf(a), textOf(b)), apart(opposite(textOf(a)), textOf(b))) : apart(textOf(a), textOf(b)))
    for (const { leader, members, weight } of clusters) {
      expect(members[0]).toBe(leader)
      expect(weight).toBe(members.reduce((sum, id) => sum + (bank.counts[id] ?? 0), 0))
      for (const id of members) expect(far(leader, id)).toBe(Math.min(...clusters.map(other => far(other.leader, id))))
      for (const other of clusters) if (other.leader !== leader) expect(far(leader, other.leader)).toBeGreaterThan(most)
    }
    const near = nearPatterns(bank.patterns, { bits: layer.kernel ** 2, words: bank.words, most, merged }, 0)
    expect(near.map(({ id }) => id).sort((a, b) => a - b)).toEqual(Array.from(bank.counts, (_, id) => id).filter(id => id !== 0 && far(0, id) <= most))
  }), { numRuns: 60 })
})

test('channels are compared weight by weight', () => {
  fc.assert(fc.property(layers, layer => {
    const depth = layer.kernel ** 2 * layer.inputs
    const bits = channelBits(signsOf(layer.latent), depth, layer.outputs)
    const products = channelProducts(bits)
    const texts = Array.from({ length: layer.outputs }, (_, output) => channelText(layer, output))
    for (let a = 0; a < layer.outputs; a++) {
      expect(channelBalance(bits, a)).toBeCloseTo(Array.from(texts[a] ?? '').filter(sign => sign === '+').length / depth, 12)
      for (let b = 0; b < layer.outputs; b++) expect(products[a * layer.outputs + b]).toBeCloseTo(1 - (2 * apart(texts[a] ?? '', texts[b] ?? '')) / depth, 6)
    }
    const nearest = nearestChannels(bits, 0)
    expect(nearest.map(({ output }) => output).sort((a, b) => a - b)).toEqual(Array.from({ length: layer.outputs - 1 }, (_, at) => at + 1))
    for (const { output, distance } of nearest) expect(distance).toBe(Math.min(apart(texts[0] ?? '', texts[output] ?? ''), apart(opposite(texts[0] ?? ''), texts[output] ?? '')))
    expect(nearest.map(({ distance }) => distance)).toEqual(nearest.map(({ distance }) => distance).sort((a, b) => a - b))
  }), { numRuns: 60 })
})
