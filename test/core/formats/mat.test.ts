import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { matHead, matNumbers, matVariable, parseMatHeader, parseMatTag } from '../../../core/formats/mat.ts'
import { Feed } from '../../../core/formats/pull.ts'
import { concat, element, matHeader, matrix, matrixContent, word, type MatArray, type Order, type StoredAs } from '../../support/mat-file.ts'

const five: MatArray = { name: 'v', class: 'double', dimensions: [5, 1], storedAs: 'miDOUBLE', values: [1, 2, 3, 4, 5] }
const orders: readonly Order[] = ['little', 'big']

function read(bytes: Uint8Array, order: Order = 'little', step = 7): number[] {
  const all: number[] = []
  const feed = new Feed(matVariable(order === 'little', 'f.mat', head => matNumbers(head, order === 'little', value => void all.push(value))), (found, ended) => new Error(ended ? `ended after ${found}` : `went on after ${found}`))
  for (let at = 0; at < bytes.length; at += step) feed.push(bytes.subarray(at, at + step))
  feed.finish()
  return all
}

function headOf(bytes: Uint8Array): unknown {
  const feed = new Feed(matHead(true, 'f.mat'), () => new Error('short'))
  for (let at = 0; at < bytes.length && !feed.done; at++) feed.push(bytes.subarray(at, at + 1))
  return feed.finish()
}

describe('the header of a MAT-file', () => {
  it.each(orders)('says the byte order: %s', order => expect(parseMatHeader(matHeader(order), 'f').littleEndian).toBe(order === 'little'))

  it.each([
    ['version 7.3', matHeader('little', 0x0200), /found version 7\.3, which is HDF5; at f; save it in MATLAB with -v7/],
    ['a bare HDF5 file', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10), /found an HDF5 file/],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), /found gzip data; .*gunzip/],
    ['another version', matHeader('big', 0x0300), /found version 0x0300/],
    ['a web page', new TextEncoder().encode('<!DOCTYPE html>'.padEnd(200)), /found a file that begins "<!DOCTYPE html>/],
    ['nothing', new Uint8Array(0), /found only 0 bytes/],
    ['half a header', matHeader().subarray(0, 100), /found only 100 bytes/],
  ])('is not %s', (_, bytes, message) => {
    expect(() => parseMatHeader(bytes, 'f')).toThrow(message)
  })
})

describe('a tag', () => {
  it.each(orders)('may hold its data: %s', order => {
    expect(parseMatTag(concat(word(0x0003_0001, order), new Uint8Array(4)), order === 'little')).toEqual({ type: 1, bytes: 3, small: true })
    expect(parseMatTag(concat(word(14, order), word(70_000, order)), order === 'little')).toEqual({ type: 14, bytes: 70_000, small: false })
  })
})

describe('a variable', () => {
  const ranges: Readonly<Record<StoredAs, readonly [number, number]>> = { miINT8: [-128, 127], miUINT8: [0, 255], miINT16: [-32768, 32767], miUINT16: [0, 65535], miINT32: [-(2 ** 31), 2 ** 31 - 1], miUINT32: [0, 2 ** 32 - 1], miSINGLE: [-(2 ** 20), 2 ** 20], miDOUBLE: [-(2 ** 50), 2 ** 50], miINT64: [-(2 ** 50), 2 ** 50], miUINT64: [0, 2 ** 50] }

  it.each(Object.entries(ranges) as [StoredAs, readonly [number, number]][])('is read whatever its numbers are stored as: %s', (storedAs, [min, max]) => {
    fc.assert(fc.property(fc.array(fc.integer({ min, max }), { minLength: 1, maxLength: 40 }), fc.constantFrom(...orders), fc.integer({ min: 1, max: 50 }), (values, order, step) => {
      const array: MatArray = { name: 'values', class: 'double', dimensions: [values.length, 1], storedAs, values }
      expect(read(matrix(array, order), order, step)).toEqual(values)
    }))
  })

  it('is read when it is larger than any piece', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => i)
    expect(read(matrix({ ...five, dimensions: [100, 100], values }), 'little', 1000)).toEqual(values)
  })

  it('shows its head before its values', () => {
    expect(headOf(matrix(five))).toMatchObject({ name: 'v', class: 'double', dimensions: [5, 1], complex: false, valueBytes: 40, trailing: 0, totalBytes: matrix(five).length })
    expect(headOf(matrix({ ...five, name: 'with_a_longer_name', class: 'cell' }))).toMatchObject({ name: 'with_a_longer_name', class: 'cell', type: undefined })
    expect(headOf(matrix({ ...five, class: 'opaque' }))).toMatchObject({ name: '', class: 'other' })
  })

  const little = 'little'
  const flags = element(6, concat(word(6, little), word(0, little)), little, { small: false })
  const sizes = element(5, concat(word(1, little), word(1, little)), little)
  const variable = (...parts: Uint8Array[]): Uint8Array => concat(word(14, little), word(concat(...parts).length, little), ...parts)

  it.each<readonly [string, Uint8Array, RegExp]>([
    ['more values claimed than there are', matrix({ ...five, claimedBytes: 4_000_000_000 }), /expected 40 bytes for 5 x 1 values \(miDOUBLE\) of variable "v", its size says 4000000000; at f\.mat/],
    ['dimensions that lie', matrix({ ...five, dimensions: [2 ** 31 - 1, 2 ** 31 - 1, 2 ** 31 - 1] }), /its size says 40/],
    ['dimensions below zero', matrix({ ...five, dimensions: [5, -1] }), /none below 0, found 5 x -1/],
    ['one dimension', matrix({ ...five, dimensions: [5] }), /two dimensions or more.* found 5;/],
    ['too many dimensions', matrix({ ...five, dimensions: Array.from({ length: 33 }, () => 1) }), /expected dimensions .*0 to 128 bytes\), found element type 5 of 132 bytes/],
    ['a size smaller than its head', matrix(five, little, 20), /expected \d+ bytes for .*, its variable has \d+ left/],
    ['a size smaller than its values', matrix(five, little, matrixContent(five, little).length - 8), /its size leaves -8 bytes after them/],
    ['room after its values', variable(matrixContent(five, little), new Uint8Array(16)), /its size leaves 16 bytes after them/],
    ['complex numbers', matrix({ ...five, complex: true }), /found complex ones/],
    ['text', matrix({ ...five, class: 'char' }), /expected numbers in variable "v", found class char/],
    ['nothing', variable(flags, sizes, element(1, Uint8Array.of(118), little)), /expected numbers in variable "v", found class double/],
    ['no flags', variable(sizes), /expected array flags \(element type 6/],
    ['a name without end', variable(flags, sizes, element(1, new Uint8Array(300), little)), /expected name .*found element type 1 of 300 bytes/],
    ['a small element of 60 kB', variable(word(0xea60_0006, little), new Uint8Array(100)), /expected at most 4 bytes in a small element, found 60000/],
    ['an unknown type of numbers', variable(flags, sizes, element(1, Uint8Array.of(118), little), element(99, new Uint8Array(8), little)), /expected numbers in variable "v", found element type 99/],
    ['compressed data within compressed data', concat(word(15, little), word(8, little), new Uint8Array(8)), /compressed data within compressed data/],
    ['another element', element(9, new Uint8Array(16), little), /expected a variable \(element type 14\), found element type 9/],
  ])('is refused with %s', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(message)
  })

  it('is refused cut short, and with bytes after it', () => {
    const bytes = matrix(five)
    expect(() => read(bytes.subarray(0, -1))).toThrow(`ended after ${bytes.length - 1}`)
    expect(() => read(concat(bytes, new Uint8Array(1)))).toThrow(/went on after/)
  })

  it('never fails otherwise than by its own error, whatever byte is changed', () => {
    const good = matrix({ ...five, storedAs: 'miUINT8' })
    fc.assert(fc.property(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 0, max: 255 }), (at, byte) => {
      const bytes = good.slice()
      bytes[at] = byte
      try {
        read(bytes)
      } catch (error) {
        if (!/^(ended|went on) after/.test((error as Error).message)) expect(error).toHaveProperty('name', 'BitwrightError')
      }
    }), { numRuns: 2000 })
  })
})
