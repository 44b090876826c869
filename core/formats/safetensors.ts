import { z } from 'zod'
import { BitwrightError, invariant } from '../errors.ts'
import { isPrototypeKey, parseStrictJson } from './json-keys.ts'

/**
 * safetensors (huggingface/safetensors, README "Format"): a u64 little-endian header length, a JSON header, then
 * the data of all tensors without hole or overlap, little-endian, row-major. Files come from outside, so a header
 * is hostile until everything it claims has been held against the length of the file.
 *
 * Our checkpoints carry a SHA-256 of themselves as metadata (CHECKSUM_KEY): it covers the whole file with 64 zeros
 * in the checksum's place. The header is written with those zeros first, so data can be streamed after it and the
 * 64 characters patched in at `checksumOffset` when the hash is known. Hashing is the caller's.
 */
export const DTYPE_BYTES = { F64: 8, I64: 8, U64: 8, F32: 4, I32: 4, U32: 4, F16: 2, BF16: 2, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1 } as const
export type Dtype = keyof typeof DTYPE_BYTES

/** The reference implementation's limit (safetensors/src/tensor.rs, MAX_HEADER_SIZE). */
export const MAX_HEADER_BYTES = 100_000_000
export const CHECKSUM_KEY = 'sha256'
export const CHECKSUM_PLACEHOLDER = '0'.repeat(64)

const METADATA_KEY = '__metadata__'
const LENGTH_BYTES = 8
const REMEDY = 'use an undamaged safetensors file'

export interface TensorSpec {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** Where a tensor lies, in bytes from the start of the data. */
export interface TensorEntry {
  readonly dtype: Dtype
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

export interface EncodedHeader {
  /** All bytes before the data. */
  readonly bytes: Uint8Array
  readonly dataStart: number
  readonly totalBytes: number
  /** In the order in which their data must follow. */
  readonly tensors: readonly (TensorSpec & TensorEntry)[]
  /** Place in the file of the 64 characters; undefined if no checksum was asked for. */
  readonly checksumOffset: number | undefined
}

export interface ParsedHeader {
  /** In the order of their data. */
  readonly tensors: ReadonlyMap<string, TensorEntry>
  /** Without a prototype. */
  readonly metadata: Readonly<Record<string, string>>
  readonly dataStart: number
  readonly totalBytes: number
  /** Present if metadata holds a checksum as this module writes it. */
  readonly checksum: { readonly hex: string; readonly offset: number } | undefined
}

const size = z.int().min(0)
const HeaderSchema = z.record(z.string(), z.unknown())
const MetadataSchema = z.record(z.string(), z.string())
const EntrySchema = z.strictObject({ dtype: z.string().max(32), shape: z.array(size).max(64), data_offsets: z.tuple([size, size]) })

/** Bytes that a tensor occupies; NaN past 2^53, which equals no length. */
export function tensorByteLength(dtype: Dtype, shape: readonly number[]): number {
  const bytes = shape.reduce((product, n) => product * n, DTYPE_BYTES[dtype])
  return Number.isSafeInteger(bytes) ? bytes : NaN
}

/**
 * Lays tensors out and writes the header. Order and bytes depend on the set alone, not on the order given: wider
 * types first, then by name, so that every tensor starts at a multiple of its element size and can be viewed in
 * place (the reference implementation sorts to the same end). The header is padded with spaces to a multiple of 8.
 */
export function encodeHeader(tensors: readonly TensorSpec[], metadata: Readonly<Record<string, string>> = {}, options: { readonly checksum?: boolean } = {}): EncodedHeader {
  const notes = options.checksum === true ? { ...metadata, [CHECKSUM_KEY]: CHECKSUM_PLACEHOLDER } : metadata
  const names = new Set<string>()
  for (const { name } of tensors) {
    if (name === METADATA_KEY || isPrototypeKey(name) || names.has(name)) throw new BitwrightError({ what: `expected unique, plain tensor names, found ${JSON.stringify(name)}${names.has(name) ? ' twice' : ''}`, remedy: 'rename the tensor' })
    names.add(name)
  }
  let position = 0
  const placed = tensors.toSorted(byWidthThenName).map(({ name, dtype, shape }) => {
    const length = tensorByteLength(dtype, shape)
    invariant(shape.every(n => Number.isSafeInteger(n) && n >= 0) && length >= 0, () => `shape [${shape.join(', ')}] of tensor ${name}`)
    const begin = position
    position += length
    return { name, dtype, shape: [...shape], begin, end: position }
  })
  const fields = placed.map(({ name, dtype, shape, begin, end }) => `${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`)
  const noteKeys = Object.keys(notes).sort(compareText)
  invariant(!noteKeys.some(isPrototypeKey), () => `metadata keys ${noteKeys.join(', ')}`)
  if (noteKeys.length > 0) fields.unshift(`${JSON.stringify(METADATA_KEY)}:{${noteKeys.map(key => `${JSON.stringify(key)}:${JSON.stringify(notes[key])}`).join(',')}}`)
  const text = new TextEncoder().encode(`{${fields.join(',')}}`)
  const padded = Math.ceil(text.length / 8) * 8
  if (padded > MAX_HEADER_BYTES) throw new BitwrightError({ what: `expected a header of at most ${MAX_HEADER_BYTES} bytes, these ${tensors.length} tensors and their metadata need ${padded}`, remedy: 'store fewer tensors or less metadata' })
  const bytes = new Uint8Array(LENGTH_BYTES + padded).fill(0x20)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.set(text, LENGTH_BYTES)
  const dataStart = bytes.length
  return { bytes, dataStart, totalBytes: dataStart + position, tensors: placed, checksumOffset: options.checksum === true ? findChecksum(bytes)?.offset : undefined }
}

/** Writes the 64 hexadecimal characters at `offset` of `bytes`, in place. The result of findChecksum or encodeHeader says where. */
export function patchChecksum(bytes: Uint8Array, offset: number, hex: string): void {
  invariant(/^[0-9a-f]{64}$/.test(hex), () => `checksum ${hex}`)
  bytes.set(new TextEncoder().encode(hex), offset)
}

/** A copy of the bytes as they were hashed: with zeros in the checksum's place. */
export function withoutChecksum(bytes: Uint8Array, offset: number): Uint8Array {
  const blank = bytes.slice()
  patchChecksum(blank, offset, CHECKSUM_PLACEHOLDER)
  return blank
}

/**
 * Length of the header, its length field included, from the first 8 bytes of a file of `totalBytes`: what to read before parseHeader.
 * Throws if it is over 100 MB or past the end of the file.
 */
export function headerLength(first: Uint8Array, totalBytes: number, where: string): number {
  if (first.length < LENGTH_BYTES || totalBytes < LENGTH_BYTES) throw new BitwrightError({ what: `expected a safetensors file of at least 8 bytes, found ${Math.min(first.length, totalBytes)}`, where, remedy: REMEDY })
  const length = new DataView(first.buffer, first.byteOffset, LENGTH_BYTES).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER_BYTES)) throw new BitwrightError({ what: `expected a safetensors header of at most ${MAX_HEADER_BYTES} bytes, found a length of ${length}`, where, remedy: REMEDY })
  if (Number(length) > totalBytes - LENGTH_BYTES) throw new BitwrightError({ what: `expected a header of ${length} bytes, only ${totalBytes - LENGTH_BYTES} follow its length: the file is cut short or is not safetensors`, where, remedy: REMEDY })
  return LENGTH_BYTES + Number(length)
}

/**
 * Parses and checks a header. `bytes` is the file or its beginning, the whole header included; `totalBytes` is the
 * length of the file (that of `bytes` if left out). Every tensor's bytes are within the file once this returns.
 */
export function parseHeader(bytes: Uint8Array, { where, totalBytes = bytes.length }: { readonly where: string; readonly totalBytes?: number }): ParsedHeader {
  const dataStart = headerLength(bytes, totalBytes, where)
  invariant(bytes.length >= dataStart, () => `parseHeader was given ${bytes.length} bytes of a header of ${dataStart}`)
  const header = parseText(bytes.subarray(LENGTH_BYTES, dataStart), where)
  const metadata = Object.assign(Object.create(null) as Record<string, string>, header[METADATA_KEY] === undefined ? {} : checked(MetadataSchema, header[METADATA_KEY], `${where}, ${METADATA_KEY}`))
  const entries = Object.entries(header).filter(([name]) => name !== METADATA_KEY).map(([name, value]) => [name, parseEntry(name, value, where)] as const)
  entries.sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  checkOffsets(entries, totalBytes - dataStart, where)
  const checksum = metadata[CHECKSUM_KEY] === undefined ? undefined : findChecksum(bytes.subarray(0, dataStart))
  return { tensors: new Map(entries), metadata, dataStart, totalBytes, checksum }
}

function parseText(text: Uint8Array, where: string): Record<string, unknown> {
  if (text[0] !== 0x7b) throw new BitwrightError({ what: 'expected a safetensors header that starts with "{"', where, remedy: REMEDY })
  let json: string
  try {
    json = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
  } catch (cause) {
    throw new BitwrightError({ what: 'expected a safetensors header in UTF-8', where, remedy: REMEDY, cause })
  }
  return checked(HeaderSchema, parseStrictJson(json, 3, where), where)
}

function parseEntry(name: string, value: unknown, where: string): TensorEntry {
  const place = `${where}, tensor ${JSON.stringify(name)}`
  const { dtype, shape, data_offsets: [begin, end] } = checked(EntrySchema, value, place)
  if (!isDtype(dtype)) throw new BitwrightError({ what: `expected a dtype among ${Object.keys(DTYPE_BYTES).join(', ')}, found ${JSON.stringify(dtype)}`, where: place, remedy: 'convert the tensor to one of these' })
  const expected = tensorByteLength(dtype, shape)
  if (end < begin || end - begin !== expected) {
    throw new BitwrightError({ what: `expected ${Number.isNaN(expected) ? 'a size below 2^53' : `${expected} bytes`} for ${dtype} [${shape.join(', ')}], the offsets ${begin} to ${end} span ${end - begin}`, where: place, remedy: REMEDY })
  }
  return { dtype, shape, begin, end }
}

/** Sorted entries must tile the data: each begins where the one before it ends, and the last ends with the file. */
function checkOffsets(entries: readonly (readonly [string, TensorEntry])[], dataBytes: number, where: string): void {
  let position = 0
  for (const [name, { begin, end }] of entries) {
    const place = `${where}, tensor ${JSON.stringify(name)}`
    if (begin < position) throw new BitwrightError({ what: `expected data from byte ${position} on, the tensor begins at ${begin} and overlaps the one before it`, where: place, remedy: REMEDY })
    if (begin > position) throw new BitwrightError({ what: `expected data from byte ${position} on, the tensor begins at ${begin} and leaves a hole of ${begin - position} bytes`, where: place, remedy: REMEDY })
    if (end > dataBytes) throw new BitwrightError({ what: `expected data up to byte ${end}, the file holds only ${dataBytes}: it is cut short`, where: place, remedy: REMEDY })
    position = end
  }
  if (position !== dataBytes) throw new BitwrightError({ what: `expected ${position} bytes of data, found ${dataBytes}: ${dataBytes - position} belong to no tensor`, where, remedy: REMEDY })
}

/**
 * Place and value of the checksum in a header that we wrote. Raw bytes `{"sha256":"` or `,"sha256":"` cannot occur within
 * a string of valid JSON (its quotes would be escaped) nor belong to a tensor (whose value is an object), so a match is the
 * metadata's own.
 */
function findChecksum(header: Uint8Array): { hex: string; offset: number } | undefined {
  const key = new TextEncoder().encode(`"${CHECKSUM_KEY}":"`)
  for (let i = LENGTH_BYTES + 1; i + key.length + 65 <= header.length; i++) {
    const before = header[i - 1]
    if ((before !== 0x7b && before !== 0x2c) || !key.every((byte, k) => header[i + k] === byte)) continue
    const offset = i + key.length
    const hex = String.fromCharCode(...header.subarray(offset, offset + 64))
    return /^[0-9a-f]{64}$/.test(hex) && header[offset + 64] === 0x22 ? { hex, offset } : undefined
  }
  return undefined
}

function checked<T extends z.ZodType>(schema: T, value: unknown, where: string): z.infer<T> {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new BitwrightError({ what: `${issue?.path.map(String).join('.') || 'header'}: ${issue?.message ?? 'not valid'}`, where, remedy: REMEDY })
}

function isDtype(text: string): text is Dtype {
  return Object.hasOwn(DTYPE_BYTES, text)
}

/** Code units, not a locale's order: bytes must not depend on the machine. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function byWidthThenName(a: TensorSpec, b: TensorSpec): number {
  return DTYPE_BYTES[b.dtype] - DTYPE_BYTES[a.dtype] || compareText(a.name, b.name)
}
