import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHECKSUM_PLACEHOLDER, DTYPE_BYTES, encodeHeader, headerLength, parseHeader, patchChecksum, type Dtype, type TensorSpec } from '../../../core/formats/safetensors.ts'
import { encodeSafetensors } from '../../../core/formats/tensor-values.ts'

/** A file with this header text, as it stands, and so many bytes of data. */
function fileOf(header: string, dataBytes: number): Uint8Array {
  const text = new TextEncoder().encode(header)
  const bytes = new Uint8Array(8 + text.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  return bytes
}

const entry = (begin: number, end: number, dtype = 'F32', shape: readonly number[] = [(end - begin) / 4]): string => JSON.stringify({ dtype, shape, data_offsets: [begin, end] })

describe('writing a header', () => {
  it('has the bytes that the reference implementation writes', () => {
    // huggingface/safetensors, safetensors/src/tensor.rs, test_serialization: six floats 0 to 5 as [1, 2, 3].
    const { bytes } = encodeSafetensors([{ name: 'attn.0', dtype: 'F32', shape: [1, 2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) }])
    const text = '{"attn.0":{"dtype":"F32","shape":[1,2,3],"data_offsets":[0,24]}} '
    expect(Buffer.from(bytes.subarray(0, 8)).toString('hex')).toBe('4000000000000000')
    expect(new TextDecoder().decode(bytes.subarray(8, 72))).toBe(text.trimEnd().padEnd(64))
    expect(Buffer.from(bytes.subarray(72)).toString('hex')).toBe('000000000000803f0000004000004040000080400000a040')
  })

  it('depends on the set of tensors and metadata alone, not on their order', () => {
    const tensors: TensorSpec[] = [{ name: 'b', dtype: 'U8', shape: [3] }, { name: 'a', dtype: 'F32', shape: [2] }, { name: 'c', dtype: 'U64', shape: [] }, { name: 'B', dtype: 'U8', shape: [0, 4] }]
    const one = encodeHeader(tensors, { z: '1', a: '2' })
    const other = encodeHeader(tensors.toReversed(), { a: '2', z: '1' })
    expect(other.bytes).toEqual(one.bytes)
    expect(one.tensors.map(({ name, begin, end }) => [name, begin, end])).toEqual([['c', 0, 8], ['a', 8, 16], ['B', 16, 16], ['b', 16, 19]])
    expect(one.dataStart % 8).toBe(0)
    expect(one.totalBytes).toBe(one.dataStart + 19)
  })

  it('refuses names that are taken twice or not plain', () => {
    const tensor = (name: string): TensorSpec => ({ name, dtype: 'F32', shape: [1] })
    expect(() => encodeHeader([tensor('a'), tensor('a')])).toThrow(/"a" twice/)
    expect(() => encodeHeader([tensor('__proto__')])).toThrow(/"__proto__"/)
    expect(() => encodeHeader([tensor('__metadata__')])).toThrow(/"__metadata__"/)
  })
})

describe('reading a header', () => {
  const dtypes = Object.keys(DTYPE_BYTES) as Dtype[]
  const name = fc.string({ unit: 'grapheme', maxLength: 12 }).filter(text => !['__proto__', '__metadata__', 'constructor', 'prototype'].includes(text))
  const tensor = fc.record({ name, dtype: fc.constantFrom(...dtypes), shape: fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }) })
  const notes = fc.dictionary(name, fc.string({ unit: 'binary' }), { maxKeys: 5, noNullPrototype: true })

  it('gives back what was written', () => {
    fc.assert(fc.property(fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 6 }), notes, fc.boolean(), (tensors, metadata, checksum) => {
      const written = encodeHeader(tensors, metadata, { checksum })
      const read = parseHeader(written.bytes, { where: 'file', totalBytes: written.totalBytes })
      expect([...read.tensors].map(([name, value]) => ({ name, ...value })).sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(written.tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
      expect({ ...read.metadata }).toEqual(checksum ? { ...metadata, sha256: CHECKSUM_PLACEHOLDER } : metadata)
      expect(read.dataStart).toBe(written.dataStart)
      if (checksum) expect(read.checksum).toEqual({ hex: CHECKSUM_PLACEHOLDER, offset: written.checksumOffset })
      else if (!('sha256' in metadata)) expect(read.checksum).toBeUndefined()
    }))
  })

  it('reads a file of other writers: metadata, any order, padding, white space', () => {
    const file = fileOf(`{ "b" : ${entry(8, 12)},\n "__metadata__":{"framework":"pt"}, "a":${entry(0, 8, 'F16', [2, 2])}}     `, 12)
    const { tensors, metadata } = parseHeader(file, { where: 'file' })
    expect([...tensors.keys()]).toEqual(['a', 'b'])
    expect(metadata.framework).toBe('pt')
    expect(Object.getPrototypeOf(metadata)).toBeNull()
  })

  it.each([
    ['fewer than 8 bytes', new Uint8Array(5), /at least 8 bytes, found 5/],
    ['a header over 100 MB', Uint8Array.of(1, 0xe1, 0xf5, 5, 0, 0, 0, 0, 0x7b), /at most 100000000 bytes, found a length of 100000001/],
    ['a length of 2^64 - 1', new Uint8Array(16).fill(255), /found a length of 18446744073709551615/],
    ['a header past the end', fileOf('{}', 0).subarray(0, 9), /expected a header of 2 bytes, only 1 follow/],
    ['no object', fileOf('[]', 0), /starts with "\{"/],
    ['an empty header', fileOf('', 0), /starts with "\{"/],
    ['a header that is not UTF-8', fileOf('{"é":1}', 0).map((byte, i) => (i === 10 ? 0xff : byte)), /UTF-8/],
    ['a header that is not JSON', fileOf('{"a":', 0), /expected JSON/],
    ['duplicate names', fileOf(`{"a":${entry(0, 4)},"a":${entry(0, 4)}}`, 4), /"a" twice/],
    ['a name spelled twice in different ways', fileOf(`{"a":${entry(0, 4)},"\\u0061":${entry(0, 4)}}`, 4), /"a" twice/],
    ['a prototype key as tensor', fileOf(`{"__proto__":${entry(0, 4)}}`, 4), /"__proto__" is not allowed/],
    ['a prototype key in metadata', fileOf('{"__metadata__":{"constructor":"x"}}', 0), /"constructor" is not allowed/],
    ['metadata that is not text', fileOf('{"__metadata__":{"epoch":3}}', 0), /epoch: .*expected string.*at f, __metadata__/],
    ['an unknown dtype', fileOf(`{"a":${entry(0, 4, 'F8_E4M3', [4])}}`, 4), /expected a dtype among .*, found "F8_E4M3"; at f, tensor "a"/],
    ['a dtype of the prototype', fileOf(`{"a":${entry(0, 4, 'toString', [4])}}`, 4), /found "toString"/],
    ['a negative size', fileOf(`{"a":${entry(0, 4, 'F32', [-1])}}`, 4), /shape\.0/],
    ['a fractional size', fileOf(`{"a":${entry(0, 4, 'F32', [0.5, 2])}}`, 4), /shape\.0/],
    ['a missing field', fileOf('{"a":{"dtype":"F32","shape":[]}}', 4), /data_offsets/],
    ['a field too many', fileOf('{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4],"x":1}}', 4), /"x"/],
    ['deep nesting', fileOf('{"a":{"shape":[[1]]}}', 4), /nested at most 3 deep/],
    ['a shape that does not fill its range', fileOf(`{"a":${entry(0, 8, 'F32', [1])}}`, 8), /expected 4 bytes for F32 \[1\], the offsets 0 to 8 span 8/],
    ['an overflowing shape', fileOf(`{"a":${entry(0, 0, 'F32', [2 ** 40, 2 ** 40])}}`, 0), /a size below 2\^53/],
    ['offsets that run backwards', fileOf(`{"a":${entry(8, 4, 'F32', [0])}}`, 8), /offsets 8 to 4 span -4/],
    ['an overlap', fileOf(`{"a":${entry(0, 8)},"b":${entry(4, 12)}}`, 12), /expected data from byte 8 on, the tensor begins at 4 and overlaps.*tensor "b"/],
    ['a hole', fileOf(`{"a":${entry(0, 4)},"b":${entry(8, 12)}}`, 12), /leaves a hole of 4 bytes.*tensor "b"/],
    ['a hole at the start', fileOf(`{"a":${entry(4, 8)}}`, 8), /leaves a hole of 4 bytes/],
    ['data cut short', fileOf(`{"a":${entry(0, 8)}}`, 7), /up to byte 8, the file holds only 7: it is cut short/],
    ['bytes after the data', fileOf(`{"a":${entry(0, 8)}}`, 9), /expected 8 bytes of data, found 9: 1 belong to no tensor/],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseHeader(bytes, { where: 'f' })).toThrow(message)
    expect(({} as Record<string, unknown>).dtype).toBeUndefined()
  })

  it('needs the beginning of a file only, and says how much', () => {
    const { bytes } = encodeSafetensors([{ name: 'a', dtype: 'U32', shape: [5], data: new Uint32Array(5) }])
    const length = headerLength(bytes.subarray(0, 8), bytes.length, 'file')
    expect(parseHeader(bytes.subarray(0, length), { where: 'file', totalBytes: bytes.length }).tensors.get('a')).toEqual({ dtype: 'U32', shape: [5], begin: 0, end: 20 })
    expect(() => parseHeader(bytes.subarray(0, length), { where: 'file', totalBytes: bytes.length - 1 })).toThrow(/cut short/)
  })

  it('never fails otherwise than by its own error on damaged files', () => {
    const { bytes } = encodeSafetensors([{ name: 'a', dtype: 'F32', shape: [2], data: new Float32Array(2) }, { name: 'b', dtype: 'U8', shape: [3], data: new Uint8Array(3) }], { k: 'v' })
    fc.assert(fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(bytes.length), (changes, cut) => {
      const damaged = bytes.slice(0, cut % 3 === 0 ? cut : bytes.length)
      for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value
      try {
        parseHeader(damaged, { where: 'file' })
      } catch (error) {
        expect(error).toHaveProperty('name', 'BitwrightError')
      }
    }), { numRuns: 500 })
  })
})

describe('the checksum', () => {
  const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

  it('is patched in place and covers the file with zeros in its place', () => {
    const { bytes, header } = encodeSafetensors([{ name: 'w', dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }], { epoch: '3', note: '","sha256":"' }, { checksum: true })
    const digest = hash(bytes)
    patchChecksum(bytes, header.checksumOffset ?? -1, digest)
    const read = parseHeader(bytes, { where: 'file' })
    expect(read.metadata).toMatchObject({ epoch: '3', note: '","sha256":"', sha256: digest })
    expect(read.checksum).toEqual({ hex: digest, offset: header.checksumOffset })
    const cleared = bytes.slice()
    patchChecksum(cleared, read.checksum?.offset ?? -1, CHECKSUM_PLACEHOLDER)
    expect(hash(cleared)).toBe(digest)
  })

  it.each([
    ['is absent', { a: 'b' }],
    ['is not hexadecimal', { sha256: 'z'.repeat(64) }],
    ['is too long', { sha256: '0'.repeat(65) }],
    ['is in upper case', { sha256: 'A'.repeat(64) }],
  ])('is not recognised if it %s', (_, metadata) => {
    expect(parseHeader(encodeHeader([], metadata).bytes, { where: 'file' }).checksum).toBeUndefined()
  })

  it('is not taken from a name that only looks like it', () => {
    const { bytes } = encodeHeader([], { 'x"sha256': '1'.repeat(64), 'y,"sha256":"': '2'.repeat(64) })
    expect(parseHeader(bytes, { where: 'file' }).checksum).toBeUndefined()
  })
})
