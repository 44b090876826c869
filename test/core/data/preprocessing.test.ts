import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitPreprocessing, pixelStatistics } from '../../../core/data/preprocessing.ts'
import type { Split } from '../../../core/data/dataset.ts'

const splitOf = (...pixels: number[]): Split => ({ count: pixels.length, images: Uint8Array.from(pixels), labels: new Uint16Array(pixels.length) })

describe('fitPreprocessing', () => {
  it('maps bytes 0 to 255 onto low to high', () => {
    const { scale, offset } = fitPreprocessing({ kind: 'scale', low: -1, high: 1 }, splitOf(5))
    expect([offset, 255 * scale + offset]).toEqual([-1, 1])
    expect(fitPreprocessing({ kind: 'scale', low: 1, high: 0 }, splitOf(5))).toEqual({ scale: -1 / 255, offset: 1 })
  })

  it('standardises to mean 0 and deviation 1 on the split it is fitted on', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 2, maxLength: 60 }).filter(pixels => new Set(pixels).size > 1), pixels => {
      const { scale, offset } = fitPreprocessing({ kind: 'standardise' }, splitOf(...pixels))
      const values = [...pixels].map(p => scale * p + offset)
      const mean = values.reduce((a, b) => a + b) / values.length
      expect(mean).toBeCloseTo(0, 9)
      expect(values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length).toBeCloseTo(1, 9)
    }))
  })

  it('does not depend on the order of the images', () => {
    const pixels = Array.from({ length: 500 }, (_, i) => (i * 97 + 13) % 256)
    expect(pixelStatistics(Uint8Array.from(pixels.toReversed()))).toEqual(pixelStatistics(Uint8Array.from(pixels)))
  })

  it('refuses what would be a constant', () => {
    expect(() => fitPreprocessing({ kind: 'standardise' }, splitOf(7, 7, 7))).toThrow(/all 3 of the training images are 7: their standard deviation is 0; at recipe\.preprocessing; use preprocessing of kind scale/)
    expect(() => fitPreprocessing({ kind: 'scale', low: 2, high: 2 }, splitOf(7))).toThrow(/two different numbers for low and high, .*found 2 and 2/)
    expect(() => fitPreprocessing({ kind: 'scale', low: -1.7e308, high: 1.7e308 }, splitOf(7))).toThrow(/two different numbers/)
    expect(() => fitPreprocessing({ kind: 'standardise' }, splitOf())).toThrow(/at least one training image/)
  })
})
