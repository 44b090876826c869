import { inflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseNpy } from '../../../core/formats/npy.ts'
import { parseNpz } from '../../../core/formats/npz.ts'
import { crc32, type InflateRaw } from '../../../core/formats/zip.ts'
import { npyFile, zipFile, type NpyOptions, type NpyType, type ZipOptions } from '../../support/npz-file.ts'

const inflate: InflateRaw = (data, limit) => inflateRawSync(data, { maxOutputLength: Math.max(1, limit) })
const read = (file: Uint8Array): Record<string, { shape: number[]; values: number[] }> =>
  Object.fromEntries([...parseNpz(file, 'x.npz', inflate)].map(([name, { shape, values }]) => [name, { shape: [...shape], values: [...values] }]))

test.each<readonly [NpyType, '<' | '>' | '|']>([['f4', '<'], ['f4', '>'], ['f8', '<'], ['f8', '>'], ['i1', '|'], ['u1', '|'], ['i2', '>'], ['i4', '<'], ['i8', '>']])('arrays of %s, byte order %s', (type, order) => {
  const values = type === 'u1' ? [0, 7, 255] : [0, -7, 100]
  expect(parseNpy(npyFile([3], values, { type, order }), 'a').values).toEqual(expect.objectContaining({ length: 3 }))
  expect([...parseNpy(npyFile([3], values, { type, order, version: 2 }), 'a').values]).toEqual(values)
})

test('halves are widened exactly, and booleans are 0 and 1', () => {
  const halves = Uint8Array.from(npyFile([4], [0x3c00, -0x4000, 1, 0x7bff], { type: 'i2' }))
  const at = Buffer.from(halves).indexOf("'<i2'")
  halves.set(Buffer.from("'<f2'"), at)
  expect([...parseNpy(halves, 'a').values]).toEqual([1, -2, 2 ** -24, 65504])
  const flags = npyFile([2], [1, 0], { type: 'u1', header: "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }" })
  expect([...parseNpy(flags, 'a').values]).toEqual([1, 0])
})

test('any shape comes in C order, a scalar included', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 }), fc.boolean(), (shape, fortran) => {
    const count = shape.reduce((product, size) => product * size, 1)
    const values = Array.from({ length: count }, (_, k) => k)
    const array = parseNpy(npyFile(shape, values, { fortran }), 'a')
    expect(array.shape).toEqual(shape)
    expect([...array.values]).toEqual(values)
  }))
})

const members = { 'arr_0.npy': npyFile([2, 2], [1, 2, 3, 4]), 'arr_1.npy': npyFile([600], new Float32Array(600).fill(0.5)) }
const expected = { arr_0: { shape: [2, 2], values: [1, 2, 3, 4] }, arr_1: { shape: [600], values: new Array<number>(600).fill(0.5) } }

test.each<ZipOptions>([{}, { deflated: true }, { zip64: 'local' }, { zip64: 'all', deflated: true }, { comment: 'PK\u0005\u0006 a comment' }])('archives with %j', options => {
  expect(read(zipFile(members, options))).toEqual(expected)
})

test('the checksum is that of zip', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926)
})

describe('refused', () => {
  const one = { 'a.npy': npyFile([4], [1, 2, 3, 4]) }
  test.each<readonly [string, ZipOptions, RegExp]>([
    ['a bomb: more than deflate can hold', { deflated: true, claim: { bytes: 2 ** 31 } }, /cannot hold them/],
    ['a size that is too small', { deflated: true, claim: { bytes: 10 } }, /damage or more of it/],
    ['a size that is too large', { deflated: true, claim: { bytes: 1000 } }, /expected 1000 bytes once unpacked/],
    ['data past the end', { claim: { packed: 10 ** 6, bytes: 10 ** 6 } }, /where the directory begins/],
    ['a wrong checksum', { claim: { crc: 1 } }, /checksum 00000001/],
    ['a member that is not there', { claim: { offset: 7 } }, /expected the member at byte 7/],
    ['sizes of zip64 beyond all files', { zip64: 'all', claim: { bytes: 2 ** 52, packed: 2 ** 52 } }, /where the directory begins/],
  ])('%s', (_, options, message) => {
    expect(() => read(zipFile(one, options))).toThrow(message)
  })

  test('two members that share their data', () => {
    expect(() => read(zipFile({ ...one, 'b.npy': npyFile([4], [5, 6, 7, 8]) }, { claim: { offset: 0 } }))).toThrow(/within another member/)
  })

  test('what is no archive, or an archive of something else', () => {
    expect(() => read(new Uint8Array(100))).toThrow(/expected a zip archive/)
    expect(() => read(zipFile({ 'data.pkl': new Uint8Array(3) }))).toThrow(/expected arrays \(\.npy\) alone, found "data\.pkl"/)
  })

  test.each<readonly [string, NpyOptions, RegExp]>([
    ['objects', { header: "{'descr': '|O', 'fortran_order': False, 'shape': (4,), }" }, /found "\|O"/],
    ['records', { header: "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,), }" }, /expected a header/],
    ['a shape that lies', { header: "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 1000000000), }" }, /expected 16000000000 bytes of data/],
    ['a shape past all files', { header: `{'descr': '<f4', 'fortran_order': False, 'shape': (${'9'.repeat(15)}, ${'9'.repeat(15)}), }` }, /more bytes than any file/],
    ['a negative side', { header: "{'descr': '<f4', 'fortran_order': False, 'shape': (-4,), }" }, /expected a header/],
    ['code', { header: "{'descr': '<f4', 'fortran_order': exit(), 'shape': (4,), }" }, /expected a header/],
    ['a field twice', { header: "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (4,), }" }, /twice/],
  ])('an array of %s', (_, options, message) => {
    expect(() => parseNpy(npyFile([4], [1, 2, 3, 4], options), 'a.npy')).toThrow(message)
  })

  test('anything cut short or changed, without reading beyond it', () => {
    const whole = zipFile(members, { deflated: true })
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 1 }), length => {
      expect(() => read(whole.slice(0, length))).toThrow(/expected/)
    }))
    fc.assert(fc.property(fc.integer({ min: 0, max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Uint8Array.from(whole)
      changed[at] = (changed[at] as number) ^ change
      try {
        read(changed)
      } catch (error) {
        expect((error as Error).name).toBe('BitwrightError')
      }
    }), { numRuns: 500 })
  })
})
