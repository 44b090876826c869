import { describe, expect, it } from 'vitest'
import { CIFAR10_NAMES, cifarImages, cifarRecords, encodeCifar, parseCifarNames } from '../../../core/formats/cifar.ts'
import { Feed } from '../../../core/formats/pull.ts'
import { cifarBatch, cifarImagesOf, META } from '../../support/cifar-folder.ts'

function read(bytes: Uint8Array, count: number, first = 0): { images: Uint8Array; labels: Uint16Array } {
  const images = new Uint8Array((first + count) * 3072)
  const labels = new Uint16Array(first + count)
  const feed = new Feed(cifarRecords(images, labels, first, count, 'f'), found => new Error(`${found} bytes`))
  for (let at = 0; at < bytes.length; at += 1000) feed.push(bytes.subarray(at, at + 1000))
  feed.finish()
  return { images, labels }
}

describe('records of CIFAR-10', () => {
  it('are one label and planes of red, green and blue, row by row', () => {
    const record = new Uint8Array(3073)
    record[0] = 9
    record[1 + 0 * 1024 + 32 * 2 + 5] = 11
    record[1 + 1 * 1024 + 32 * 2 + 5] = 22
    record[1 + 2 * 1024 + 32 * 2 + 5] = 33
    const { images, labels } = read(record, 1)
    const at = (2 * 32 + 5) * 3
    expect([...labels]).toEqual([9])
    expect([...images.subarray(at, at + 3)]).toEqual([11, 22, 33])
    expect(images.reduce((sum, byte) => sum + byte)).toBe(66)
    expect(encodeCifar(images, labels)).toEqual(record)
  })

  it('round-trip, and go where they are told', () => {
    const { images, labels } = cifarImagesOf(3, 5)
    expect(read(cifarBatch(3, 5), 3)).toEqual({ images, labels })
    const later = read(cifarBatch(3, 5), 3, 2)
    expect(later.images.subarray(2 * 3072)).toEqual(images)
    expect([...later.labels]).toEqual([0, 0, 5, 6, 7])
  })

  it('name a label that no class has', () => {
    const bytes = cifarBatch(3)
    bytes[2 * 3073] = 10
    expect(() => read(bytes, 3)).toThrow(/expected a label from 0 to 9 at byte 6146, found 10 for image 2 of 3; at f/)
    expect(() => encodeCifar(new Uint8Array(3072), Uint16Array.of(10))).toThrow(/found 10/)
    expect(() => encodeCifar(new Uint8Array(3071), Uint16Array.of(1))).toThrow(/1 x 3072 bytes of pixels, found 3071/)
  })

  it('are whole', () => {
    expect(cifarImages(30_730_000, 'f')).toBe(10_000)
    expect(() => cifarImages(0, 'f')).toThrow(/found 0 bytes; at f/)
    expect(() => cifarImages(30_729_999, 'f')).toThrow(/expected whole records of 3073 bytes \(the published files have 30730000 bytes\), found 30729999 bytes: 9999 records and 3072 bytes more; at f; .*cut short/)
    expect(() => cifarImages(30_730_001, 'f')).toThrow(/10000 records and 1 bytes more/)
    expect(() => cifarImages(3074 * 10_000, 'f')).toThrow(/this looks like CIFAR-100/)
  })
})

describe('names of the classes', () => {
  it('are read with the empty line at the end, and with line ends of Windows', () => {
    expect(parseCifarNames(META, 'm')).toEqual(CIFAR10_NAMES)
    expect(parseCifarNames(new TextEncoder().encode(CIFAR10_NAMES.join('\r\n')), 'm')).toEqual(CIFAR10_NAMES)
  })

  it.each([
    ['nine', CIFAR10_NAMES.slice(1).join('\n'), /expected 10 class names, one a line, found 9 in 9 lines; at m/],
    ['an empty line between', [...CIFAR10_NAMES.slice(0, 5), '', ...CIFAR10_NAMES.slice(6)].join('\n'), /found 9 in 10 lines/],
    ['one twice', [...CIFAR10_NAMES.slice(0, 9), 'airplane'].join('\n'), /found one twice/],
    ['nothing', '\n\n', /found 0/],
  ])('are refused: %s', (_, text, message) => {
    expect(() => parseCifarNames(new TextEncoder().encode(text), 'm')).toThrow(message)
  })

  it('are UTF-8', () => {
    expect(() => parseCifarNames(Uint8Array.of(0xff, 0xfe), 'm')).toThrow(/expected class names in UTF-8/)
  })
})
