import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { popcount } from '../../../core/analysis/signs.ts'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { runKernel } from '../../support/run-kernel.ts'

const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261125 }
const sizes = fc.record({ positions: fc.constantFrom(1, 3, 49, 5000), words: fc.integer({ min: 1, max: 5 }), padding: fc.integer({ min: 0, max: 2 }), places: fc.integer({ min: 1, max: 9 }), presence: fc.boolean(), seed: fc.nat(1e6) })

describe.each(adapters)('counting +1 on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  const draw = (count: number, seed: number): Uint32Array<ArrayBuffer> => Uint32Array.from(uniformValues(count, seed, 0, 2 ** 32))

  it('adds the bits of the images there are to the count of its place, and nothing elsewhere', async () => {
    await fc.assert(fc.asyncProperty(sizes, async ({ positions, words, padding, places, presence, seed }) => {
      // runKernel sends a batch of one image, in slot 0; the rows after it are padding.
      const rows = positions * (1 + padding)
      const place = seed % places
      const [bits, present] = [draw(rows * words, seed), draw(rows * words, seed + 1)]
      const before = draw(2 * places, seed + 2).map(count => count >>> 8)
      const found = (await runKernel(toolbox, 'count_bits', { tensors: { bits, presence: presence ? present : bits, counts: before }, params: { rows, words, positions, places, place, first_row: 0 }, overrides: { PRESENCE: Number(presence) } }))('counts')
      const ones = bits.subarray(0, positions * words).reduce((sum, word, at) => sum + popcount(presence ? word & (present[at] as number) : word), 0)
      expect([...found]).toEqual([...before].map((count, at) => (at === place ? count + ones : count)))
    }), { numRuns: 30, ...drawing })
  })

  it('a piece counts from its first row on', async () => {
    const bits = draw(20 * 3, 5)
    const count = async (first: number, rows: number): Promise<number> => (await runKernel(toolbox, 'count_bits', { tensors: { bits: bits.slice(first * 3, (first + rows) * 3), presence: bits, counts: new Uint32Array(1) }, params: { rows, words: 3, positions: 13, places: 1, place: 0, first_row: first } }))('counts')[0] as number
    const whole = bits.subarray(0, 13 * 3).reduce((sum, word) => sum + popcount(word), 0)
    expect((await count(0, 8)) + (await count(8, 8)) + (await count(16, 4))).toBe(whole)
  })
})
