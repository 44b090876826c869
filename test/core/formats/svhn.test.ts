import { describe, expect, it } from 'vitest'
import { matHead, matVariable, type MatHead } from '../../../core/formats/mat.ts'
import { Feed } from '../../../core/formats/pull.ts'
import { svhnImages, svhnLabelCount, svhnLabels, svhnPixels } from '../../../core/formats/svhn.ts'
import { matrix, svhnImagesOf, svhnX, svhnY, type MatArray } from '../../support/mat-file.ts'

function headOf(array: MatArray): MatHead {
  const feed = new Feed(matHead(true, 'f'), () => new Error('short'))
  const bytes = matrix(array)
  for (let at = 0; at < bytes.length && !feed.done; at++) feed.push(bytes.subarray(at, at + 1))
  return feed.finish()
}

describe('X', () => {
  it('is turned from column-major planes to row, column, channel', () => {
    const values = new Uint8Array(3072)
    // Row 2, column 5.
    values[2 + 32 * 5] = 11
    values[2 + 32 * 5 + 1024] = 22
    values[2 + 32 * 5 + 2048] = 33
    const images = new Uint8Array(2 * 3072)
    const feed = new Feed(svhnPixels(images, 1, 1), () => new Error('length'))
    feed.push(values)
    const at = 3072 + (2 * 32 + 5) * 3
    expect([...images.subarray(at, at + 3)]).toEqual([11, 22, 33])
    expect(images.reduce((sum, byte) => sum + byte)).toBe(66)
  })

  it.each([1, 2, 5])('of %i images is read whole', count => {
    const images = new Uint8Array(count * 3072)
    const feed = new Feed(matVariable(true, 'f', head => svhnPixels(images, 0, svhnImages(head, 'f'))), () => new Error('length'))
    feed.push(matrix(svhnX(count)))
    feed.finish()
    expect(Buffer.compare(images, svhnImagesOf(count))).toBe(0)
  })

  it.each<readonly [string, MatArray, RegExp]>([
    ['another order of its dimensions', { ...svhnX(2), dimensions: [2, 32, 32, 3] }, /expected X as uint8 32 x 32 x 3 x N, found uint8 2 x 32 x 32 x 3; at f; give files of SVHN/],
    ['five dimensions', { ...svhnX(2), dimensions: [32, 32, 3, 1, 2] }, /found uint8 32 x 32 x 3 x 1 x 2/],
    ['no images', { ...svhnX(2), dimensions: [32, 32, 3, 0], values: [] }, /found uint8 32 x 32 x 3 x 0/],
    ['another class', { ...svhnX(1), class: 'double' }, /found double 32 x 32 x 3/],
    ['another storage', { ...svhnX(1), storedAs: 'miINT16' }, /stored as miUINT8, found miINT16/],
    ['fewer bytes than images', { ...svhnX(2), dimensions: [32, 32, 3, 73257] }, /expected 225045504 bytes .* its size says 6144/],
  ])('is refused with %s', (_, array, message) => {
    expect(() => svhnImages(headOf(array), 'f')).toThrow(message)
  })
})

describe('y', () => {
  function read(array: MatArray): number[] {
    const labels = new Uint16Array(svhnLabelCount(headOf(array), 'f'))
    const feed = new Feed(matVariable(true, 'f', head => svhnLabels(head, true, labels, 'f')), () => new Error('length'))
    feed.push(matrix(array))
    feed.finish()
    return [...labels]
  }

  it('has the digits, 10 for 0', () => {
    expect(read(svhnY(12))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2])
    expect(read(svhnY(3))).toEqual([1, 2, 3])
    expect(read({ ...svhnY(12), class: 'double', storedAs: 'miDOUBLE' })).toEqual(read(svhnY(12)))
    expect(read({ ...svhnY(12), class: 'double', dimensions: [1, 12] })).toEqual(read(svhnY(12)))
  })

  it.each<readonly [string, MatArray, RegExp]>([
    ['a label of 0', { ...svhnY(3), values: [1, 0, 3] }, /expected labels from 1 to 10, where 10 stands for the digit 0, found 0 at position 1 of 3 in y/],
    ['a label of 11', { ...svhnY(3), values: [1, 2, 11] }, /found 11 at position 2/],
    ['half a label', { ...svhnY(3), class: 'double', storedAs: 'miDOUBLE', values: [1, 2.5, 3] }, /found 2\.5/],
    ['no number', { ...svhnY(3), class: 'double', storedAs: 'miDOUBLE', values: [NaN, 2, 3] }, /found NaN/],
    ['two columns', { ...svhnY(6), dimensions: [3, 2] }, /expected y as N x 1 numbers, found uint8 3 x 2/],
    ['nothing', { ...svhnY(1), dimensions: [0, 0], values: [] }, /expected y as N x 1 numbers, found uint8 0 x 0/],
  ])('is refused with %s', (_, array, message) => {
    expect(() => read(array)).toThrow(message)
  })
})
