import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochOrder, evaluationBatches, fillBatch, identityOrder, rowBytes, trainingBatches } from '../../../core/data/batches.ts'
import type { Split } from '../../../core/data/dataset.ts'

/** Image i holds bytes i*10 + 1, i*10 + 2, ... and has label i + 100. */
function splitOf(count: number, imageBytes: number): Split {
  const images = Uint8Array.from({ length: count * imageBytes }, (_, k) => Math.floor(k / imageBytes) * 10 + (k % imageBytes) + 1)
  return { count, images, labels: Uint16Array.from({ length: count }, (_, i) => i + 100) }
}

describe('the order of an epoch', () => {
  it('is a permutation that depends on seed and epoch alone', () => {
    const order = epochOrder(100, { seed: 7, shuffle: true }, 3)
    expect([...order].sort((a, b) => a - b)).toEqual([...identityOrder(100)])
    expect(epochOrder(100, { seed: 7, shuffle: true }, 3)).toEqual(order)
    expect(epochOrder(100, { seed: 7, shuffle: true }, 4)).not.toEqual(order)
    expect(epochOrder(100, { seed: 8, shuffle: true }, 3)).not.toEqual(order)
  })

  it('is that of the set without shuffling', () => {
    expect(epochOrder(4, { seed: 7, shuffle: false }, 3)).toEqual(Uint32Array.of(0, 1, 2, 3))
  })

  it('leaves an incomplete batch out of training, not out of evaluation', () => {
    expect([trainingBatches(10, 3), trainingBatches(9, 3), evaluationBatches(10, 3), evaluationBatches(9, 3)]).toEqual([3, 3, 4, 3])
  })
})

describe('fillBatch', () => {
  it('gathers rows in order, each padded with zeros to whole words', () => {
    const target = new Uint8Array(16).fill(255)
    const labels = new Uint32Array(2).fill(9)
    expect(rowBytes([1, 5, 1])).toBe(8)
    expect(fillBatch(splitOf(4, 5), Uint32Array.of(3, 0, 2, 1), 1, 2, target, labels)).toBe(2)
    expect([...target]).toEqual([1, 2, 3, 4, 5, 0, 0, 0, 21, 22, 23, 24, 25, 0, 0, 0])
    expect([...labels]).toEqual([100, 102])
  })

  it('fills the rows that are left over in the last batch with zeros', () => {
    const target = new Uint8Array(12).fill(255)
    const labels = new Uint32Array(3).fill(9)
    expect(fillBatch(splitOf(4, 4), identityOrder(4), 3, 3, target, labels)).toBe(1)
    expect([...target]).toEqual([31, 32, 33, 34, 0, 0, 0, 0, 0, 0, 0, 0])
    expect([...labels]).toEqual([103, 0, 0])
  })

  it('visits every image once over all batches of evaluation', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }), (count, rows, imageBytes) => {
      const split = splitOf(count, imageBytes)
      const stride = rowBytes([1, 1, imageBytes])
      const target = new Uint8Array(rows * stride)
      const labels = new Uint32Array(rows)
      const seen: number[] = []
      for (let batch = 0; batch < evaluationBatches(count, rows); batch++) {
        const present = fillBatch(split, identityOrder(count), batch * rows, rows, target, labels)
        for (let row = 0; row < present; row++) {
          const image = (labels[row] as number) - 100
          seen.push(image)
          expect([...target.subarray(row * stride, row * stride + imageBytes)]).toEqual([...split.images.subarray(image * imageBytes, (image + 1) * imageBytes)])
        }
      }
      expect(seen).toEqual([...identityOrder(count)])
    }))
  })

  it('holds its callers to room and range', () => {
    const labels = new Uint32Array(2)
    expect(() => fillBatch(splitOf(4, 5), identityOrder(4), 0, 2, new Uint8Array(15), labels)).toThrow(/15 bytes and 2 labels for 2 rows of 8/)
    expect(() => fillBatch(splitOf(4, 5), identityOrder(4), 4, 2, new Uint8Array(16), labels)).toThrow(/starts at 4 of 4/)
    expect(() => fillBatch(splitOf(4, 5), Uint32Array.of(4), 0, 1, new Uint8Array(16), labels)).toThrow(/image 4 of 4/)
  })
})
