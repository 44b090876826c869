import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { centreCrop, coverCrop, crop, resize, type Pixels } from '../../../core/data/resample.ts'

const pictures = fc.record({ height: fc.integer({ min: 1, max: 12 }), width: fc.integer({ min: 1, max: 12 }), channels: fc.constantFrom(1, 3) })
  .chain(size => fc.uint8Array({ minLength: size.height * size.width * size.channels, maxLength: size.height * size.width * size.channels }).map((pixels): Pixels => ({ ...size, pixels: Uint8Array.from(pixels) })))
const side = fc.integer({ min: 1, max: 20 })

describe('resize', () => {
  it('keeps a picture of the same size, and one that is a single colour at any size', () => {
    fc.assert(fc.property(pictures, side, side, fc.nat(255), (picture, height, width, shade) => {
      expect(resize(picture, picture.height, picture.width)).toEqual(picture.pixels)
      const plain = { ...picture, pixels: picture.pixels.map(() => shade) }
      expect(resize(plain, height, width)).toEqual(new Uint8Array(height * width * picture.channels).fill(shade))
    }))
  })

  it('turns with the picture', () => {
    fc.assert(fc.property(pictures, side, side, (picture, height, width) => {
      const turned = { ...picture, height: picture.width, width: picture.height, pixels: transpose(picture) }
      const there = { ...picture, height: width, width: height, pixels: resize(turned, width, height) }
      const direct = resize(picture, height, width)
      // Rows and columns are summed in another order, so a sum near a half may round the other way.
      transpose(there).forEach((value, at) => expect(Math.abs(value - (direct[at] as number))).toBeLessThanOrEqual(1))
    }))
  })

  it('weighs all pixels when it makes a picture smaller, and blends neighbours when larger', () => {
    const row = (...pixels: number[]): Pixels => ({ height: 1, width: pixels.length, channels: 1, pixels: Uint8Array.from(pixels) })
    // Scale 2: weights 1/8, 3/8, 3/8, 1/8, at the border without what lies outside: 3/7, 3/7, 1/7.
    expect([...resize(row(0, 70, 140, 210), 1, 2)]).toEqual([50, 160])
    expect([...resize(row(0, 100), 1, 4)]).toEqual([0, 25, 75, 100])
  })
})

describe('crops', () => {
  const picture: Pixels = { height: 3, width: 4, channels: 1, pixels: Uint8Array.from({ length: 12 }, (_, at) => at) }

  it('take the middle, or any part', () => {
    expect([...centreCrop(picture, 1, 2)]).toEqual([5, 6])
    expect([...centreCrop(picture, 2, 3)]).toEqual([0, 1, 2, 4, 5, 6])
    expect([...crop(picture, 1, 2, 2, 2)]).toEqual([6, 7, 10, 11])
  })

  it('cover any size from any picture', () => {
    fc.assert(fc.property(pictures, side, side, (any, height, width) => {
      expect(coverCrop(any, height, width).length).toBe(height * width * any.channels)
    }))
    expect(coverCrop(picture, 3, 4)).toBe(picture.pixels)
    expect([...coverCrop({ height: 2, width: 4, channels: 1, pixels: Uint8Array.of(0, 9, 9, 0, 0, 9, 9, 0) }, 2, 2)]).toEqual([9, 9, 9, 9])
  })
})

function transpose({ height, width, channels, pixels }: Pixels): Uint8Array {
  const turned = new Uint8Array(pixels.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let c = 0; c < channels; c++) turned[(x * height + y) * channels + c] = pixels[(y * width + x) * channels + c] as number
  }
  return turned
}
