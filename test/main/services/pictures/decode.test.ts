import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { decodePicture, readPictureHead } from '../../../../main/services/pictures/decode.ts'
import { jpegFile, pngFile, smoothPixels } from '../../../support/pictures.ts'
import { withData } from '../../../support/png-chunks.ts'
import { realData } from '../../../support/real-data.ts'

/** Mean difference of two pictures' bytes. */
function apart(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length)
  return a.reduce((sum, value, at) => sum + Math.abs(value - (b[at] as number)), 0) / a.length
}

const rgb = (rgba: Uint8Array): Uint8Array => rgba.filter((_, at) => at % 4 !== 3)

describe('decodePicture', () => {
  test('gives back a PNG of every colour type', () => {
    const expected = rgb(smoothPixels(5, 3, 40))
    for (const type of [2, 6] as const) expect(decodePicture(pngFile(5, 3, 40, type), 'x')).toEqual({ width: 5, height: 3, channels: 3, pixels: expected })
    for (const type of [0, 4] as const) {
      const grey = decodePicture(pngFile(5, 3, 40, type), 'x')
      expect([grey.channels, grey.pixels.length]).toEqual([1, 15])
    }
  })

  test('drops transparency and keeps the colour under it', () => {
    const png = new PNG({ width: 2, height: 1 })
    png.data.set([10, 20, 30, 0, 40, 50, 60, 128])
    expect([...decodePicture(PNG.sync.write(png), 'x').pixels]).toEqual([10, 20, 30, 40, 50, 60])
  })

  test('comes close to what a JPEG was made from', () => {
    expect(apart(decodePicture(jpegFile(37, 21, 90), 'x').pixels, rgb(smoothPixels(37, 21, 90)))).toBeLessThan(3)
  })

  test('refuses a file cut short at any byte', () => {
    for (const [kind, whole] of [['JPEG', jpegFile(16, 16, 9)], ['PNG', pngFile(9, 9, 9)]] as const) {
      for (let length = 0; length < whole.length - (kind === 'PNG' ? 12 : 0); length++) {
        expect(() => decodePicture(whole.subarray(0, length), 'x.pic'), `${kind}, ${length} bytes`).toThrow(/x\.pic/)
      }
    }
  })

  test('meets damage with an error that names the file, or with a picture of the size that the header says', () => {
    const whole = jpegFile(24, 24, 77)
    fc.assert(fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
      const damaged = Buffer.from(whole)
      damaged.writeUInt8(value, at)
      try {
        const { width, height, channels, pixels } = decodePicture(damaged, 'x.pic')
        expect(pixels.length).toBe(width * height * channels)
      } catch (error) {
        expect(String(error)).toMatch(/BitwrightError.*x\.pic/)
      }
    }), { numRuns: 400 })
  })

  test('compares sizes before it unpacks anything', () => {
    const large = Buffer.from(pngFile(4, 4, 1))
    large.writeUInt32BE(60_000, 16)
    large.writeUInt32BE(60_000, 20)
    expect(() => decodePicture(large, 'x')).toThrow(/at most 67,108,864 pixels, found 60000 x 60000/)
    const jpeg = Buffer.from(jpegFile(8, 8, 1))
    const frame = jpeg.indexOf(Buffer.of(0xff, 0xc0)) + 5
    jpeg.writeUInt32BE(0xffffffff, frame)
    expect(() => readPictureHead(jpeg, 'x')).toThrow(/found 65535 x 65535/)
  })

  test('unpacks no more of an interlaced PNG than its size takes', () => {
    const bomb = withData(pngFile(4, 4, 1), deflateSync(Buffer.alloc(2 ** 26)), { interlaced: true })
    const before = process.memoryUsage().rss
    expect(() => decodePicture(bomb, 'x')).toThrow(/damage/)
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 25)
  })

  test.each([
    ['an empty file', Buffer.alloc(0), /the file is empty/],
    ['a GIF', Buffer.from('GIF89a..............'), /expected a JPEG or PNG file by its content/],
    ['a JPEG of more scans than there are coefficients', manyScans(), /at most 200 scans/],
    ['an arithmetic coded JPEG', recoded(0xc9), /found coding process 9/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => decodePicture(bytes, 'x.pic')).toThrow(message)
  })

  test('reads the size from the beginning alone, unless that ends before the frame header', () => {
    const whole = jpegFile(33, 12, 5)
    const late = Buffer.concat([whole.subarray(0, 2), Buffer.of(0xff, 0xe2, 0xff, 0xff), Buffer.alloc(65_533), whole.subarray(2)])
    expect(readPictureHead(whole.subarray(0, 400), 'x')).toEqual({ width: 33, height: 12, channels: 3 })
    expect(readPictureHead(late.subarray(0, 2 ** 16), 'x')).toBeUndefined()
    expect(readPictureHead(late, 'x')).toEqual({ width: 33, height: 12, channels: 3 })
  })
})

const edge = realData('imagenet-samples/edge-cases/valid/n01443537')

describe.skipIf(edge === undefined)('real pictures of every kind', () => {
  const read = (name: string): ReturnType<typeof decodePicture> => decodePicture(readFileSync(join(edge ?? '', name)), name)

  test.each(['baseline-444.jpg', 'baseline-422.jpg', 'baseline-420.jpg', 'progressive.jpg', 'cmyk.jpg', 'palette.png', 'rgba.png', 'png-inside.JPEG'])('%s shows what rgb.png shows', name => {
    expect(apart(read(name).pixels, read('rgb.png').pixels)).toBeLessThan(4)
  })

  test('progressive and baseline coding of the same coefficients are equal', () => {
    expect(Buffer.compare(read('progressive.jpg').pixels, read('baseline-420.jpg').pixels)).toBe(0)
  })

  test('grey ones have one channel and agree', () => {
    const [jpeg, png] = [read('grayscale.jpg'), read('gray.png')]
    expect([jpeg.channels, png.channels]).toEqual([1, 1])
    expect(apart(jpeg.pixels, png.pixels)).toBeLessThan(4)
  })

  test('an odd size is kept', () => {
    const { width, height, channels } = read('odd-63x33.jpg')
    expect([width, height, channels]).toEqual([63, 33, 3])
  })
})

/** Two hundred and one scans of the same data. */
function manyScans(): Buffer {
  const whole = jpegFile(8, 8, 1)
  const scan = whole.subarray(whole.indexOf(Buffer.of(0xff, 0xda)), -2)
  return Buffer.concat([whole.subarray(0, -2), ...Array.from({ length: 200 }, () => scan), whole.subarray(-2)])
}

/** A baseline file that says it is of another coding process. */
function recoded(marker: number): Buffer {
  const whole = Buffer.from(jpegFile(8, 8, 1))
  whole.writeUInt8(marker, whole.indexOf(Buffer.of(0xff, 0xc0)) + 1)
  return whole
}
