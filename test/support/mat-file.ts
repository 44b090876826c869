import { deflateSync } from 'node:zlib'

/** A writer of MATLAB 5.0 MAT-files, made for tests: whatever a reader has to refuse can be written as well. */

export type Order = 'little' | 'big'

const TYPES = { miINT8: [1, 1], miUINT8: [2, 1], miINT16: [3, 2], miUINT16: [4, 2], miINT32: [5, 4], miUINT32: [6, 4], miSINGLE: [7, 4], miDOUBLE: [9, 8], miINT64: [12, 8], miUINT64: [13, 8] } as const
export type StoredAs = keyof typeof TYPES

const CLASSES = { cell: 1, struct: 2, char: 4, double: 6, single: 7, int8: 8, uint8: 9, int16: 10, uint16: 11, int32: 12, uint32: 13, int64: 14, uint64: 15, opaque: 17 } as const

export interface MatArray {
  readonly name: string
  readonly class: keyof typeof CLASSES
  readonly dimensions: readonly number[]
  readonly storedAs: StoredAs
  readonly values: ArrayLike<number>
  readonly compressed?: boolean
  readonly complex?: boolean
  /** Put in place of what the values' tag says. */
  readonly claimedBytes?: number
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts))
}

export function word(value: number, order: Order): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, order === 'little')
  return bytes
}

export function matHeader(order: Order = 'little', version = 0x0100): Uint8Array {
  const bytes = new Uint8Array(128).fill(32)
  bytes.set(new TextEncoder().encode('MATLAB 5.0 MAT-file, written for a test'))
  bytes.fill(0, 116, 124)
  const view = new DataView(bytes.buffer)
  view.setUint16(124, version, order === 'little')
  view.setUint16(126, 0x4d49, order === 'little')
  return bytes
}

/** A data element with its padding; of at most 4 bytes as a small one, as MATLAB does. */
export function element(type: number, data: Uint8Array, order: Order, { claimed = data.length, small = data.length > 0 && data.length <= 4 } = {}): Uint8Array {
  if (small) return concat(word((claimed << 16) | type, order), data, new Uint8Array(4 - data.length))
  return concat(word(type, order), word(claimed, order), data, new Uint8Array((8 - (data.length % 8)) % 8))
}

export function numbers(values: ArrayLike<number>, storedAs: StoredAs, order: Order): Uint8Array {
  const [, size] = TYPES[storedAs]
  if (storedAs === 'miUINT8') return Uint8Array.from(values)
  const bytes = new Uint8Array(values.length * size)
  const view = new DataView(bytes.buffer)
  const little = order === 'little'
  const set: Record<StoredAs, (at: number, value: number) => void> = {
    miINT8: (at, value) => view.setInt8(at, value),
    miUINT8: (at, value) => view.setUint8(at, value),
    miINT16: (at, value) => view.setInt16(at, value, little),
    miUINT16: (at, value) => view.setUint16(at, value, little),
    miINT32: (at, value) => view.setInt32(at, value, little),
    miUINT32: (at, value) => view.setUint32(at, value, little),
    miSINGLE: (at, value) => view.setFloat32(at, value, little),
    miDOUBLE: (at, value) => view.setFloat64(at, value, little),
    miINT64: (at, value) => view.setBigInt64(at, BigInt(value), little),
    miUINT64: (at, value) => view.setBigUint64(at, BigInt(value), little),
  }
  for (let i = 0; i < values.length; i++) set[storedAs](i * size, values[i] ?? 0)
  return bytes
}

/** The elements within a variable. */
export function matrixContent(array: MatArray, order: Order): Uint8Array {
  const data = numbers(array.values, array.storedAs, order)
  const [type] = TYPES[array.storedAs]
  return concat(
    element(6, concat(word(CLASSES[array.class] | (array.complex ? 0x800 : 0), order), word(0, order)), order, { small: false }),
    element(5, numbers(array.dimensions, 'miINT32', order), order),
    element(1, new TextEncoder().encode(array.name), order),
    array.class === 'opaque' || array.class === 'cell' || array.class === 'struct' ? new Uint8Array(0) : element(type, data, order, { claimed: array.claimedBytes ?? data.length }),
  )
}

/** A variable, from its tag on. */
export function matrix(array: MatArray, order: Order = 'little', claimed?: number): Uint8Array {
  const content = matrixContent(array, order)
  const inner = concat(word(14, order), word(claimed ?? content.length, order), content)
  return array.compressed ? compressed(inner, order) : inner
}

/** Compressed elements are not padded. */
export function compressed(inner: Uint8Array, order: Order = 'little'): Uint8Array {
  const data = deflateSync(inner)
  return concat(word(15, order), word(data.length, order), data)
}

export function matFile(arrays: readonly MatArray[], order: Order = 'little'): Uint8Array {
  return concat(matHeader(order), ...arrays.map(array => matrix(array, order)))
}

export interface SvhnOptions {
  readonly compressed?: boolean
  readonly shift?: number
}

/** What byte k of image i is in X as svhnX makes it, k counting rows first, then columns, then channels. */
export const svhnByte = (i: number, k: number, shift = 0): number => (i * 31 + k * 7 + shift) % 256

export function svhnX(count: number, { compressed = false, shift = 0 }: SvhnOptions = {}): MatArray {
  const values = Uint8Array.from({ length: count * 3072 }, (_, at) => svhnByte(Math.floor(at / 3072), at % 3072, shift))
  return { name: 'X', class: 'uint8', dimensions: count === 1 ? [32, 32, 3] : [32, 32, 3, count], storedAs: 'miUINT8', values, compressed }
}

/** Labels shift + 1, shift + 2, ... 10, 1, ... */
export function svhnY(count: number, { compressed = false, shift = 0 }: SvhnOptions = {}): MatArray {
  return { name: 'y', class: 'uint8', dimensions: [count, 1], storedAs: 'miUINT8', values: Array.from({ length: count }, (_, i) => ((i + shift) % 10) + 1), compressed }
}

export function svhnFile(count: number, options: SvhnOptions = {}): Uint8Array {
  return matFile([svhnX(count, options), svhnY(count, options)])
}

/** The images of svhnX by row, column and channel. */
export function svhnImagesOf(count: number, shift = 0): Uint8Array {
  return Uint8Array.from({ length: count * 3072 }, (_, at) => {
    const [pixel, channel] = [Math.floor((at % 3072) / 3), at % 3]
    return svhnByte(Math.floor(at / 3072), channel * 1024 + (pixel % 32) * 32 + Math.floor(pixel / 32), shift)
  })
}
