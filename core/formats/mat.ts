import { BitwrightError } from '../errors.ts'
import { exactly, Feed, skip, type PullParser } from './pull.ts'

/**
 * MATLAB 5.0 MAT-files, which MATLAB calls versions 5 to 7 ("MAT-File Format", The MathWorks, chapter 1): a header of 128 bytes, then
 * data elements: a tag of type and size, and the data. A variable is an element miMATRIX, or one within an element miCOMPRESSED
 * (zlib). Within it stand, as elements again, array flags, dimensions, name, and the values, first dimension fastest.
 *
 * Only arrays of numbers are read; of cells, structures and the like no more than the name, so nothing here goes deeper than one
 * variable. Nothing is inflated here: the caller does, and holds what it gives against what the head says.
 */
export const MAT_HEADER_BYTES = 128
export const MAT_TAG_BYTES = 8
export const MI_MATRIX = 14
export const MI_COMPRESSED = 15

/** Bytes of tag, flags, dimensions, name and the tag of the values: more cannot be needed to know a variable. */
export const MAT_HEAD_LIMIT = 1024

interface NumberType {
  readonly name: string
  readonly bytes: number
  readonly get: (view: DataView, at: number, littleEndian: boolean) => number
}

/** How numbers are stored. It need not be how MATLAB shows them: small whole numbers of class double are often stored as miUINT8. */
const NUMBER_TYPES: ReadonlyMap<number, NumberType> = new Map([
  [1, { name: 'miINT8', bytes: 1, get: (view, at) => view.getInt8(at) }],
  [2, { name: 'miUINT8', bytes: 1, get: (view, at) => view.getUint8(at) }],
  [3, { name: 'miINT16', bytes: 2, get: (view, at, little) => view.getInt16(at, little) }],
  [4, { name: 'miUINT16', bytes: 2, get: (view, at, little) => view.getUint16(at, little) }],
  [5, { name: 'miINT32', bytes: 4, get: (view, at, little) => view.getInt32(at, little) }],
  [6, { name: 'miUINT32', bytes: 4, get: (view, at, little) => view.getUint32(at, little) }],
  [7, { name: 'miSINGLE', bytes: 4, get: (view, at, little) => view.getFloat32(at, little) }],
  [9, { name: 'miDOUBLE', bytes: 8, get: (view, at, little) => view.getFloat64(at, little) }],
  [12, { name: 'miINT64', bytes: 8, get: (view, at, little) => Number(view.getBigInt64(at, little)) }],
  [13, { name: 'miUINT64', bytes: 8, get: (view, at, little) => Number(view.getBigUint64(at, little)) }],
])

/** mxCLASS by number; those from 6 to 15 are arrays of numbers. */
const CLASSES = ['', 'cell', 'struct', 'object', 'char', 'sparse', 'double', 'single', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32', 'int64', 'uint64'] as const
export type MatClass = Exclude<(typeof CLASSES)[number], ''> | 'other'

const MAX_DIMENSIONS = 32
const MAX_NAME = 256
const DAMAGED = 'download or copy the file again: it is damaged'

export interface MatTag {
  readonly type: number
  readonly bytes: number
  /** The data, at most 4 bytes, stand in the second half of the tag itself. */
  readonly small: boolean
}

export interface MatHead {
  readonly name: string
  readonly class: MatClass
  /** At least two. */
  readonly dimensions: readonly number[]
  readonly complex: boolean
  /** How the values are stored; undefined if they are not numbers. */
  readonly type: NumberType | undefined
  /** Bytes of values, without padding. */
  readonly valueBytes: number
  /** The values, if they are so few that they stand in their tag. */
  readonly inline: Uint8Array | undefined
  /** What follows the values within the variable. */
  readonly trailing: number
  /** The whole variable with its tag, inflated. */
  readonly totalBytes: number
}

/** Reads the 128 bytes at the beginning of a file. Throws for every other format, other versions of MAT included. */
export function parseMatHeader(bytes: Uint8Array, where: string): { readonly littleEndian: boolean } {
  const start = Array.from(bytes.subarray(0, 24), byte => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('')
  const refuse = (found: string, remedy: string): BitwrightError => new BitwrightError({ what: `expected a MATLAB 5.0 MAT-file, found ${found}`, where, remedy })
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw refuse('gzip data', 'gunzip the file')
  if (bytes[0] === 0x89 && start.startsWith('.HDF')) throw refuse('an HDF5 file', 'save it in MATLAB with -v7 instead of -v7.3')
  if (bytes.length < MAT_HEADER_BYTES) throw refuse(`only ${bytes.length} bytes`, DAMAGED)
  const order = String.fromCharCode(bytes[126] as number, bytes[127] as number)
  // The characters MI, written as a 16-bit number: read as IM where the low byte comes first.
  if (order !== 'IM' && order !== 'MI') throw refuse(`a file that begins "${start}" and has no mark of the byte order`, 'give a file of version 5 to 7, as save -v7 writes it')
  const littleEndian = order === 'IM'
  const version = viewOf(bytes).getUint16(124, littleEndian)
  if (version === 0x0200) throw refuse('version 7.3, which is HDF5', 'save it in MATLAB with -v7 instead of -v7.3')
  if (version !== 0x0100) throw refuse(`version 0x${version.toString(16).padStart(4, '0')}`, 'give a file of version 5 to 7, as save -v7 writes it')
  return { littleEndian }
}

/** Reads the 8 bytes of a tag. Where the upper half of the first word is not zero, it is the size, and the data follow at once. */
export function parseMatTag(bytes: Uint8Array, littleEndian: boolean): MatTag {
  const view = viewOf(bytes)
  const word = view.getUint32(0, littleEndian)
  const size = word >>> 16
  return size === 0 ? { type: word, bytes: view.getUint32(4, littleEndian), small: false } : { type: word & 0xffff, bytes: size, small: true }
}

/** Reads a variable, from its tag miMATRIX on, up to its values. */
export function* matHead(littleEndian: boolean, where: string): PullParser<MatHead> {
  const tag = parseMatTag(yield* exactly(MAT_TAG_BYTES), littleEndian)
  if (tag.type !== MI_MATRIX || tag.small) {
    throw damaged(tag.type === MI_COMPRESSED ? 'expected a variable, found compressed data within compressed data' : `expected a variable (element type ${MI_MATRIX}), found element type ${tag.type}`, where)
  }
  const reader = new Elements(tag.bytes, littleEndian, where)
  const common = { totalBytes: MAT_TAG_BYTES + tag.bytes }
  const flags = viewOf(yield* reader.whole('array flags', [6], 8, 8))
  const word = flags.getUint32(0, littleEndian)
  const number = word & 0xff
  const known = CLASSES[number]
  const nothing = { dimensions: [0, 0], complex: false, type: undefined, valueBytes: 0, inline: undefined }
  // Classes from 16 on (functions, objects of newer kinds) are laid out otherwise.
  if (known === undefined || known === '') return { ...common, ...nothing, name: '', class: 'other', trailing: reader.left }
  const sizes = viewOf(yield* reader.whole('dimensions', [5, 6], 4 * MAX_DIMENSIONS))
  const dimensions = Array.from({ length: sizes.byteLength / 4 }, (_, i) => sizes.getInt32(4 * i, littleEndian))
  if (sizes.byteLength % 4 !== 0 || dimensions.length < 2 || dimensions.some(size => size < 0)) throw damaged(`expected two dimensions or more, none below 0, found ${dimensions.join(' x ') || 'none'}`, where)
  const name = String.fromCharCode(...(yield* reader.whole('name', [1, 2, 16], MAX_NAME)))
  const head = { ...common, ...nothing, name, class: known, dimensions, complex: (word & 0x800) !== 0 }
  if (number < 6 || reader.left === 0) return { ...head, trailing: reader.left }
  const values = yield* reader.begin()
  const type = NUMBER_TYPES.get(values.tag.type)
  if (type === undefined) throw damaged(`expected numbers in variable ${quoted(name)}, found element type ${values.tag.type}`, where)
  return { ...head, type, valueBytes: values.tag.bytes, inline: values.inline, trailing: reader.left - (values.inline === undefined ? values.tag.bytes : 0) }
}

/**
 * Reads a whole variable; `body` takes its values. Throws, before it asks for any of them, unless they are real numbers, as many
 * as the dimensions say.
 */
export function* matVariable<T>(littleEndian: boolean, where: string, body: (head: MatHead) => PullParser<T>): PullParser<T> {
  const head = yield* matHead(littleEndian, where)
  checkMatValues(head, where)
  let value: T
  if (head.inline === undefined) value = yield* body(head)
  else {
    const feed = new Feed(body(head), () => damaged(`expected ${head.valueBytes} bytes of values in variable ${quoted(head.name)}, found others`, where))
    feed.push(head.inline)
    value = feed.finish()
  }
  yield* skip(head.trailing)
  return value
}

/** Throws unless a variable holds real numbers, exactly as many as its dimensions say. */
export function checkMatValues({ name, class: kind, type, dimensions, valueBytes, complex, trailing }: MatHead, where: string): void {
  if (type === undefined) throw new BitwrightError({ what: `expected numbers in variable ${quoted(name)}, found ${kind === 'other' ? 'another class' : `class ${kind}${dimensions.includes(0) ? ' without any' : ''}`}`, where, remedy: 'give a file whose variables are arrays of numbers' })
  if (complex) throw new BitwrightError({ what: `expected real numbers in variable ${quoted(name)}, found complex ones`, where, remedy: 'save the real part alone' })
  const expected = dimensions.reduce((product, size) => product * size, type.bytes)
  if (valueBytes !== expected) throw damaged(`expected ${expected} bytes for ${dimensions.join(' x ')} values (${type.name}) of variable ${quoted(name)}, its size says ${valueBytes}`, where)
  if (trailing < 0 || trailing >= 8) throw damaged(`expected variable ${quoted(name)} to end with its ${valueBytes} bytes of values, its size leaves ${trailing} bytes after them`, where)
}

/** The values of a variable one after another, to be used as `body` of matVariable. */
export function* matNumbers({ type, valueBytes }: MatHead, littleEndian: boolean, each: (value: number, index: number) => void): PullParser<void> {
  if (type === undefined) return
  for (let at = 0, index = 0; at < valueBytes;) {
    const piece = yield* exactly(Math.min(valueBytes - at, 4096))
    const view = viewOf(piece)
    for (let k = 0; k < piece.length; k += type.bytes) each(type.get(view, k, littleEndian), index++)
    at += piece.length
  }
}

/** The elements within a variable, which must not go beyond it. */
class Elements {
  left: number
  readonly #littleEndian: boolean
  readonly #where: string

  constructor(left: number, littleEndian: boolean, where: string) {
    this.left = left
    this.#littleEndian = littleEndian
    this.#where = where
  }

  /** The tag of the next element, and its data if they are in there. */
  *begin(): PullParser<{ tag: MatTag; inline: Uint8Array | undefined }> {
    const bytes = yield* this.#take('a tag', MAT_TAG_BYTES)
    const tag = parseMatTag(bytes, this.#littleEndian)
    if (tag.small && tag.bytes > 4) throw damaged(`expected at most 4 bytes in a small element, found ${tag.bytes}`, this.#where)
    return { tag, inline: tag.small ? bytes.slice(4, 4 + tag.bytes) : undefined }
  }

  /** The data of an element of one of these types, from `least` to `most` bytes. */
  *whole(what: string, types: readonly number[], most: number, least = 0): PullParser<Uint8Array> {
    const { tag, inline } = yield* this.begin()
    if (!types.includes(tag.type) || tag.bytes < least || tag.bytes > most) throw damaged(`expected ${what} (element type ${types.join(' or ')}, ${least} to ${most} bytes), found element type ${tag.type} of ${tag.bytes} bytes`, this.#where)
    if (inline !== undefined) return inline
    // Elements begin at multiples of 8 bytes.
    const padded = Math.ceil(tag.bytes / 8) * 8
    return (yield* this.#take(what, padded)).slice(0, tag.bytes)
  }

  *#take(what: string, bytes: number): PullParser<Uint8Array> {
    if (bytes > this.left) throw damaged(`expected ${bytes} bytes for ${what}, its variable has ${this.left} left`, this.#where)
    this.left -= bytes
    return bytes === 0 ? new Uint8Array(0) : yield* exactly(bytes)
  }
}

function quoted(name: string): string {
  return JSON.stringify(name)
}

function damaged(what: string, where: string): BitwrightError {
  return new BitwrightError({ what, where, remedy: DAMAGED })
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
