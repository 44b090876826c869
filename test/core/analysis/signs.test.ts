import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bankOfSigns, filterBank } from '../../../core/analysis/filterBank.ts'
import { latentStatistics } from '../../../core/analysis/latent.ts'
import { flippedWeights, flips, isPositive, signsOf, signWords } from '../../../core/analysis/signs.ts'

const latent = fc.float32Array({ minLength: 1, maxLength: 200, noNaN: true, noDefaultInfinity: true })

test('a bit for every weight: 1 for 0 and above, none beyond the last', () => {
  fc.assert(fc.property(latent, values => {
    const signs = signsOf(values)
    expect(signs).toHaveLength(signWords(values.length))
    expect(Array.from(values, (_, at) => isPositive(signs, at))).toEqual(Array.from(values, value => value >= 0))
    expect((signs.at(-1) ?? 0) >>> 0).toBeLessThan(2 ** (((values.length - 1) % 32) + 1))
  }))
})

test('flips are counted as they are recounted weight by weight', () => {
  fc.assert(fc.property(latent, fc.infiniteStream(fc.boolean()), (values, turns) => {
    const after = values.map(value => (turns.next().value === true ? -value - 1e-3 : value))
    const differing = Array.from(values, (value, at) => value >= 0 !== (after[at] as number) >= 0)
    expect(flippedWeights(signsOf(values), signsOf(after))).toBe(differing.filter(Boolean).length)
    const marks = flips(signsOf(values), signsOf(after))
    expect(Array.from(values, (_, at) => isPositive(marks, at))).toEqual(differing)
  }))
})

test('signs of another size than the layer are refused', () => {
  expect(() => filterBank(new Float32Array(17), { kernel: 3, inputs: 1, outputs: 2 })).toThrow('17 weights')
  expect(() => bankOfSigns(new Uint32Array(2), { kernel: 3, inputs: 1, outputs: 2 })).toThrow('for 9 taps')
})

test('every latent weight is in one cell, and the clip is an edge of the picture', () => {
  fc.assert(fc.property(fc.float32Array({ minLength: 1, maxLength: 200, noNaN: true, min: -1, max: 1 }), fc.integer({ min: 1, max: 50 }), (values, cells) => {
    const { low, high, counts, atClip, positive, magnitude } = latentStatistics(values, cells, 1)
    expect([low, high, counts.length]).toEqual([-1, 1, cells])
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
    expect(atClip).toBe(values.filter(value => Math.abs(value) === 1).length / values.length)
    expect(positive).toBe(values.filter(value => value >= 0).length / values.length)
    expect(magnitude).toBeCloseTo(values.reduce((sum, value) => sum + Math.abs(value), 0) / values.length, 9)
  }))
  const beyond = latentStatistics(Float32Array.of(-3, 0.5, 2), 5, 1)
  expect(beyond).toMatchObject({ low: -3, high: 2, atClip: 2 / 3 })
  expect([...beyond.counts]).toEqual([1, 0, 0, 1, 1])
  expect([...latentStatistics(Float32Array.of(4, 4), 3, undefined).counts]).toEqual([0, 2, 0])
})
