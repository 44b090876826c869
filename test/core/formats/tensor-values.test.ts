import { describe, expect, it } from 'vitest'
import { parseHeader } from '../../../core/formats/safetensors.ts'
import { bytesOf, encodeSafetensors, tensorValues, valuesOf } from '../../../core/formats/tensor-values.ts'

const { bytes, header } = encodeSafetensors([
  { name: 'bytes', dtype: 'U8', shape: [3], data: Uint8Array.of(1, 2, 3) },
  { name: 'ints', dtype: 'I32', shape: [2], data: Int32Array.of(-1, 7) },
  { name: 'reals', dtype: 'F32', shape: [1, 2], data: Float32Array.of(-0, NaN) },
  { name: 'wide', dtype: 'U64', shape: [], data: BigUint64Array.of(2n ** 63n) },
  { name: 'words', dtype: 'U32', shape: [1], data: Uint32Array.of(0xfffffffe) },
])

describe('tensor values', () => {
  it('come back as they went in', () => {
    const parsed = parseHeader(bytes, { where: 'file' })
    expect(tensorValues(parsed, 'bytes', 'U8', bytes, 'file')).toEqual(Uint8Array.of(1, 2, 3))
    expect(tensorValues(parsed, 'ints', 'I32', bytes, 'file')).toEqual(Int32Array.of(-1, 7))
    expect(tensorValues(parsed, 'reals', 'F32', bytes, 'file')).toEqual(Float32Array.of(-0, NaN))
    expect(tensorValues(parsed, 'wide', 'U64', bytes, 'file')).toEqual(BigUint64Array.of(2n ** 63n))
    expect(tensorValues(parsed, 'words', 'U32', bytes, 'file')).toEqual(Uint32Array.of(0xfffffffe))
    expect(header.totalBytes).toBe(bytes.length)
  })

  it('are views of an aligned file and copies of one that is not', () => {
    const parsed = parseHeader(bytes, { where: 'file' })
    expect(tensorValues(parsed, 'ints', 'I32', bytes, 'file').buffer).toBe(bytes.buffer)
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    expect(tensorValues(parsed, 'ints', 'I32', shifted.subarray(1), 'file')).toEqual(Int32Array.of(-1, 7))
  })

  it('are refused by a wrong name or dtype', () => {
    const parsed = parseHeader(bytes, { where: 'file' })
    expect(() => tensorValues(parsed, 'none', 'U8', bytes, 'file')).toThrow(/expected a tensor "none"/)
    expect(() => tensorValues(parsed, 'ints', 'F32', bytes, 'file')).toThrow(/"ints" as F32, found I32/)
  })

  it('must fit their shape', () => {
    expect(() => encodeSafetensors([{ name: 'a', dtype: 'F32', shape: [3], data: new Float32Array(2) }])).toThrow(/8 bytes, its shape needs 12/)
    expect(() => valuesOf(new Uint8Array(3), 'U16')).toThrow(/3 bytes of U16/)
  })

  it('show the bytes of a part of a larger array', () => {
    expect(bytesOf(Uint16Array.of(1, 258, 3).subarray(1, 2))).toEqual(Uint8Array.of(2, 1))
  })
})
