import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gaussianRow, normaliseGlobally, normaliseLocally } from '../../../core/data/contrast.ts'

const values = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 40 })
const gcn = { kind: 'gcn', subtractMean: true, useDeviation: true, sqrtBias: 0, scale: 1 } as const

describe('global contrast normalisation', () => {
  it('gives mean 0 and the deviation that is asked for, over n - 1', () => {
    fc.assert(fc.property(values.filter(list => Math.max(...list) - Math.min(...list) > 1e-3), list => {
      const row = Float64Array.from(list)
      normaliseGlobally(row, { ...gcn, scale: 55 })
      const mean = row.reduce((a, b) => a + b) / row.length
      expect(mean).toBeCloseTo(0, 9)
      expect(Math.sqrt(row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (row.length - 1))).toBeCloseTo(55, 6)
    }))
  })

  it('gives length `scale` without deviation, adds the bias under the root, and leaves a plain picture undivided', () => {
    const row = Float64Array.of(3, 4)
    normaliseGlobally(row, { ...gcn, subtractMean: false, useDeviation: false, scale: 10 })
    expect([...row]).toEqual([6, 8])
    const biased = Float64Array.of(0, 2)
    normaliseGlobally(biased, { ...gcn, sqrtBias: 2 })
    // Variance over n - 1 is 2, so the divisor is 2.
    expect([...biased]).toEqual([-0.5, 0.5])
    const plain = Float64Array.of(7, 7, 7)
    normaliseGlobally(plain, gcn)
    expect([...plain]).toEqual([0, 0, 0])
  })
})

describe('local contrast normalisation', () => {
  const lcn = { kind: 'lcn', size: 5, deviation: 1.3, threshold: 1e-4 } as const

  it('is what its definition says, at the borders too, channel by channel', () => {
    const [height, width, channels] = [6, 4, 2] as const
    const source = Float64Array.from({ length: height * width * channels }, (_, i) => ((i * 37) % 101) / 100)
    const result = source.slice()
    normaliseLocally(result, [height, width, channels], lcn, gaussianRow(lcn))
    for (let channel = 0; channel < channels; channel++) expectDefinition(source, result, channel)
  })

  /** Two-dimensional sums, written out. */
  function expectDefinition(source: Float64Array, result: Float64Array, channel: number): void {
    const [height, width, channels] = [6, 4, 2] as const
    const weight = (dy: number, dx: number): number => Math.exp(-(dy * dy + dx * dx) / (2 * 1.3 * 1.3))
    let total = 0
    for (let dy = -2; dy <= 2; dy++) for (let dx = -2; dx <= 2; dx++) total += weight(dy, dx)
    const blur = (of: (y: number, x: number) => number, y: number, x: number): number => {
      let sum = 0
      for (let dy = -2; dy <= 2; dy++) {
        for (let dx = -2; dx <= 2; dx++) if (y + dy >= 0 && y + dy < height && x + dx >= 0 && x + dx < width) sum += (weight(dy, dx) / total) * of(y + dy, x + dx)
      }
      return sum
    }
    const at = (y: number, x: number): number => source[(y * width + x) * channels + channel] as number
    const centred = (y: number, x: number): number => at(y, x) - blur(at, y, x)
    const local = (y: number, x: number): number => Math.sqrt(blur((v, u) => centred(v, u) ** 2, y, x))
    const places = Array.from({ length: height * width }, (_, i) => [Math.floor(i / width), i % width] as const)
    const mean = places.reduce((sum, [y, x]) => sum + local(y, x), 0) / places.length
    for (const [y, x] of places) expect(result[(y * width + x) * channels + channel]).toBeCloseTo(centred(y, x) / Math.max(mean, local(y, x), 1e-4), 10)
  }

  it('leaves a plain picture at 0 in its middle', () => {
    const plain = new Float64Array(81).fill(0.5)
    normaliseLocally(plain, [9, 9, 1], lcn, gaussianRow(lcn))
    expect(Math.abs(plain[40] as number)).toBeLessThan(1e-12)
  })
})
