import { describe, expect, it } from 'vitest'
import { bytesPerImage, checkSplit, sliceSplit, type Split } from '../../../core/data/dataset.ts'

const split: Split = { count: 3, images: Uint8Array.from({ length: 18 }, (_, i) => i), labels: Uint16Array.of(0, 1, 2) }

describe('a split', () => {
  it('is checked for the lengths and labels that go with its shape and classes', () => {
    expect(bytesPerImage([1, 2, 3])).toBe(6)
    expect(() => checkSplit(split, [1, 2, 3], 3, 'train')).not.toThrow()
    expect(() => checkSplit(split, [2, 2, 3], 3, 'train')).toThrow(/expected 36 bytes for 3 images of 2 x 2 x 3, found 18; at train/)
    expect(() => checkSplit({ ...split, labels: Uint16Array.of(0) }, [1, 2, 3], 3, 'train')).toThrow(/expected 3 labels for 3 images, found 1/)
    expect(() => checkSplit(split, [1, 2, 3], 2, 'train')).toThrow(/expected labels below 2, found 2 for image 2/)
  })

  it('is sliced in place', () => {
    const slice = sliceSplit(split, 1, 3)
    expect(slice).toEqual({ count: 2, images: split.images.subarray(6), labels: Uint16Array.of(1, 2) })
    expect(slice.images.buffer).toBe(split.images.buffer)
    expect(sliceSplit(split, 3, 3).count).toBe(0)
    expect(sliceSplit(sliceSplit(split, 3, 3), 0, 0)).toMatchObject({ count: 0 })
  })

  it.each([[0, 4], [-1, 2], [2, 1], [0.5, 2]])('has no images %d to %d', (begin, end) => {
    expect(() => sliceSplit(split, begin, end)).toThrow(/within 0 to 3/)
  })
})
