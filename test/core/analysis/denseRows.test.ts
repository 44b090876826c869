import fc from 'fast-check'
import { expect, test } from 'vitest'
import { denseRepetition, unitWords } from '../../../core/analysis/denseRows.ts'
import { signsOf } from '../../../core/analysis/signs.ts'
import { merged, opposite } from '../../oracle/repetition.ts'

/** Units of which some repeat others, or are their opposites. */
const layers = fc.record({ depth: fc.integer({ min: 1, max: 100 }), kinds: fc.integer({ min: 1, max: 4 }), units: fc.array(fc.record({ kind: fc.nat(3), turned: fc.boolean(), flip: fc.option(fc.nat(99), { freq: 2 }) }), { minLength: 1, maxLength: 30 }), bits: fc.infiniteStream(fc.boolean()) })
  .map(({ depth, kinds, units, bits }) => {
    const patterns = Array.from({ length: kinds }, () => Array.from({ length: depth }, () => bits.next().value === true))
    const texts = units.map(({ kind, turned, flip }) => Array.from(patterns[kind % kinds] ?? [], (bit, at) => (bit !== (turned !== (flip !== null && flip % depth === at)) ? '+' : '-')).join(''))
    const latent = Float32Array.from({ length: depth * texts.length }, (_, at) => (texts[at % texts.length]?.[Math.floor(at / texts.length)] === '+' ? 0.5 : -0.5))
    return { depth, texts, latent }
  })

test('units and words are counted as a recount by text has it', () => {
  fc.assert(fc.property(layers, ({ depth, texts, latent }) => {
    const found = denseRepetition(latent, depth, texts.length)
    expect([found.distinctUnits, found.distinctUnitsMerged]).toEqual([new Set(texts).size, new Set(texts.map(merged)).size])
    const words = (as: (text: string) => string): number => Array.from({ length: Math.ceil(depth / 32) }, (_, place) => new Set(texts.map(text => as(text.slice(32 * place, 32 * (place + 1))))).size).reduce((sum, size) => sum + size, 0)
    expect([found.words, found.distinctWords, found.distinctWordsMerged]).toEqual([Math.ceil(depth / 32) * texts.length, words(text => text), words(merged)])
    const repeated = new Map<string, number[]>()
    for (const [unit, text] of texts.entries()) repeated.set(merged(text), [...(repeated.get(merged(text)) ?? []), unit])
    const groups = [...repeated.values()].filter(group => group.length > 1).map(group => ({ same: group.filter(unit => texts[unit] === texts[group[0] ?? 0]), opposite: group.filter(unit => texts[unit] === opposite(texts[group[0] ?? 0] ?? '')) }))
    expect(found.repeated).toEqual(groups)
  }))
})

test('words of a unit hold its inputs from the first on', () => {
  fc.assert(fc.property(layers, ({ depth, texts, latent }) => {
    const packed = unitWords(signsOf(latent), depth, texts.length)
    for (const [unit, text] of texts.entries()) expect(Array.from({ length: depth }, (_, input) => ((((packed[(input >> 5) * texts.length + unit] ?? 0) >>> (input & 31)) & 1) === 1 ? '+' : '-')).join('')).toBe(text)
  }), { numRuns: 30 })
})
