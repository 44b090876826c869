import { deflateSync } from 'node:zlib'
import { PNG } from 'pngjs'
import { describe, expect, test } from 'vitest'
import { fitChannels } from '../../../../core/data/channels.ts'
import { readPng } from '../../../../main/cli/pictures/png.ts'
import { withData } from '../../../support/png-chunks.ts'

/** A PNG of width x height; colour type 0 is grey, 2 RGB, 6 RGBA. */
function encode(width: number, height: number, pixels: readonly (readonly [r: number, g: number, b: number, a?: number])[], colorType: 0 | 2 | 6 = 2): Buffer {
  const png = new PNG({ width, height })
  pixels.forEach(([r, g, b, a = 255], at) => png.data.set([r, g, b, a], 4 * at))
  return PNG.sync.write(png, { colorType, inputHasAlpha: true })
}

const coloured = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [10, 20, 30]] as const

describe('a PNG file', () => {
  test('in colour becomes luma for a grey model', () => {
    expect([...readPng(encode(3, 2, coloured), [2, 3, 1], 'x.png')]).toEqual([76, 150, 29, 255, 0, 18])
  })

  test('in colour stays as it is for a colour model', () => {
    expect([...readPng(encode(3, 2, coloured), [2, 3, 3], 'x.png')]).toEqual(coloured.flat())
  })

  test('in grey gives back every value, also for a colour model', () => {
    const greys = Array.from({ length: 256 }, (_, v) => [v, v, v] as const)
    for (const type of [0, 2] as const) {
      expect([...readPng(encode(16, 16, greys, type), [16, 16, 1], 'x.png')]).toEqual(greys.map(([v]) => v))
    }
    expect([...readPng(encode(16, 16, greys, 0), [16, 16, 3], 'x.png')]).toEqual(greys.flat())
  })

  test('of another size is refused with both sizes', () => {
    expect(() => readPng(encode(3, 2, coloured), [28, 28, 1], 'x.png')).toThrow(/28 × 28 pixels .* found 3 × 2.*x\.png/)
    expect(() => readPng(encode(3, 2, coloured), [3, 2, 1], 'x.png')).toThrow(/2 × 3 pixels .* found 3 × 2/)
  })

  test('with transparency is refused', () => {
    expect(() => readPng(encode(1, 1, [[1, 2, 3, 254]], 6), [1, 1, 1], 'x.png')).toThrow(/transparent/)
    expect([...readPng(encode(1, 1, [[9, 9, 9, 255]], 6), [1, 1, 1], 'x.png')]).toEqual([9])
  })

  test('cut short at any byte is refused', () => {
    const whole = encode(3, 2, coloured)
    for (let length = 0; length < whole.length - 12; length++) expect(() => readPng(whole.subarray(0, length), [2, 3, 1], 'x.png'), `${length} bytes`).toThrow(/PNG/)
  })

  test('with a changed byte in its data is refused', () => {
    const whole = encode(3, 2, coloured)
    const damaged = Buffer.from(whole)
    damaged.writeUInt8(damaged.readUInt8(45) ^ 1, 45)
    expect(() => readPng(damaged, [2, 3, 1], 'x.png')).toThrow(/damage/)
  })

  test('that unpacks to more than its header says is not unpacked', () => {
    const bomb = withData(encode(3, 2, coloured), deflateSync(Buffer.alloc(2 ** 26)))
    const before = process.memoryUsage().rss
    try {
      readPng(bomb, [2, 3, 1], 'x.png')
    } catch (error) {
      expect(String(error)).toMatch(/damage/)
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 25)
  })

  test('with interlacing is refused', () => {
    const interlaced = Buffer.from(encode(3, 2, coloured))
    interlaced.writeUInt8(1, 28)
    expect(() => readPng(interlaced, [2, 3, 1], 'x.png')).toThrow(/interlacing/)
  })
})

test('a model of two channels takes no pictures', () => {
  expect(() => fitChannels(Uint8Array.of(1, 2, 3), 3, 2, 'x.png')).toThrow(/1 or 3 channels/)
})
