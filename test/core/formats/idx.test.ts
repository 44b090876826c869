import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkIdxPair, checkLabels, encodeIdxImages, encodeIdxLabels, idxKind, parseIdxHeader, parseIdxImages, parseIdxLabels } from '../../../core/formats/idx.ts'

const images = encodeIdxImages({ count: 2, height: 2, width: 3, pixels: Uint8Array.from({ length: 12 }, (_, i) => i * 20) })
const labels = encodeIdxLabels(Uint8Array.of(3, 0, 9))

function withWord(bytes: Uint8Array, at: number, word: number): Uint8Array {
  const copy = bytes.slice()
  new DataView(copy.buffer).setUint32(at, word)
  return copy
}

describe('IDX images', () => {
  it('is laid out as published: big-endian magic, count, rows, columns, then rows of bytes', () => {
    expect([...images.subarray(0, 16)]).toEqual([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3])
    expect(images.length).toBe(28)
    expect(idxKind(images)).toBe('images')
  })

  it('round-trips any size', () => {
    const shape = fc.tuple(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }))
    const file = shape.chain(([count, height, width]) => fc.uint8Array({ minLength: count * height * width, maxLength: count * height * width }).map(pixels => ({ count, height, width, pixels })))
    fc.assert(fc.property(file, value => {
      const parsed = parseIdxImages(encodeIdxImages(value), 'file')
      expect({ ...parsed, pixels: [...parsed.pixels] }).toEqual({ ...value, pixels: [...value.pixels] })
    }))
  })

  it('reads bytes that begin within a larger buffer', () => {
    const shifted = new Uint8Array(images.length + 3)
    shifted.set(images, 3)
    expect([...parseIdxImages(shifted.subarray(3), 'file').pixels]).toEqual([...images.subarray(16)])
  })

  it.each([
    ['labels in their place', labels, /expected an IDX images file \(magic 0x00000803\), found 0x00000801, which is an IDX labels file; at a\.idx; .*swapped/],
    ['gzip data', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), /0x1f8b0800, which is gzip data; at a\.idx; gunzip the file/],
    ['a little-endian header', withWord(images, 0, 0x03080000), /little-endian/],
    ['four dimensions', withWord(images, 0, 0x804), /unsigned bytes with 4 dimensions/],
    ['floats', withWord(images, 0, 0xd03), /another element type/],
    ['something else', new TextEncoder().encode('<!DOCTYPE html>'), /which is not IDX/],
    ['an empty file', new Uint8Array(0), /expected 16 bytes \(the header of an IDX images file\), found only 0/],
    ['half a header', images.subarray(0, 10), /expected 16 bytes .* found only 10/],
    ['a truncated file', images.subarray(0, 27), /expected 28 bytes \(2 images of 2 x 3\), found only 27; at a\.idx; .*cut short/],
    ['trailing bytes', Uint8Array.of(...images, 1, 2), /expected 28 bytes \(2 images of 2 x 3\), found 30/],
    ['no images', withWord(images, 4, 0), /at least one image, the header counts 0/],
    ['no rows', withWord(images, 8, 0), /at least 1 by 1 pixels, the header says 0 rows and 3 columns/],
    ['no columns', withWord(images, 12, 0), /2 rows and 0 columns/],
    ['sizes past 2^53', withWord(withWord(withWord(images, 4, 0xffffffff), 8, 0xffffffff), 12, 0xffffffff), /found only 28/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdxImages(bytes, 'a.idx')).toThrow(message)
  })

  it('says the size of the whole from the header alone', () => {
    expect(parseIdxHeader(images.subarray(0, 16), 'images', 'file')).toEqual({ kind: 'images', count: 2, height: 2, width: 3, dataStart: 16, totalBytes: 28 })
  })

  it('never fails otherwise than by its own error on arbitrary bytes', () => {
    const bytes = fc.tuple(fc.constantFrom(0x803, 0x801, 0), fc.uint8Array({ maxLength: 40 })).map(([magic, rest]) => withWord(Uint8Array.of(0, 0, 0, 0, ...rest), 0, magic))
    fc.assert(fc.property(bytes, value => {
      for (const parse of [parseIdxImages, parseIdxLabels]) {
        try {
          parse(value, 'file')
        } catch (error) {
          expect(error).toHaveProperty('name', 'BitwrightError')
        }
      }
    }))
  })

  it('does not encode pixels that do not fit the sizes', () => {
    expect(() => encodeIdxImages({ count: 1, height: 2, width: 2, pixels: new Uint8Array(3) })).toThrow(/1 x 2 x 2 = 4 bytes of pixels, found 3/)
    expect(() => encodeIdxLabels(new Uint8Array(0))).toThrow(/from 1 to 4294967295, found 0/)
  })
})

describe('IDX labels', () => {
  it('round-trips', () => {
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 50 }), value => {
      expect([...parseIdxLabels(encodeIdxLabels(value), 'file')]).toEqual([...value])
    }))
  })

  it('names the first label out of range', () => {
    expect([...parseIdxLabels(labels, 'l.idx', 10)]).toEqual([3, 0, 9])
    expect(() => parseIdxLabels(labels, 'l.idx', 9)).toThrow(/expected labels from 0 to 8 for 9 classes, found 9 at position 2 of 3; at l\.idx/)
    expect(() => checkLabels(Uint16Array.of(0, 300), 300, 'l')).toThrow(/found 300 at position 1/)
  })

  it.each([
    ['images in their place', images, /expected an IDX labels file .* which is an IDX images file/],
    ['a truncated file', labels.subarray(0, 10), /expected 11 bytes \(3 labels\), found only 10/],
    ['trailing bytes', Uint8Array.of(...labels, 0), /expected 11 bytes \(3 labels\), found 12/],
    ['no labels', withWord(labels, 4, 0), /at least one label/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdxLabels(bytes, 'l.idx')).toThrow(message)
  })
})

describe('a pair of IDX files', () => {
  it('has one label for each image', () => {
    const parsed = parseIdxImages(images, 'i')
    expect(() => checkIdxPair(parsed, Uint8Array.of(1, 2), 'i', 'l')).not.toThrow()
    expect(() => checkIdxPair(parsed, Uint8Array.of(1, 2, 3), 'i', 'l')).toThrow(/more labels than images: .* found 2 images and 3 labels; at i and l/)
    expect(() => checkIdxPair(parsed, Uint8Array.of(1), 'i', 'l')).toThrow(/more images than labels: .* found 2 images and 1 labels/)
  })
})
