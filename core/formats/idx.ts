import { BitwrightError } from '../errors.ts'

/**
 * IDX, the format of MNIST and its relatives (Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten
 * digits"): a big-endian magic number 0x0000TTDD (TT the element type, 08 = unsigned byte; DD the number of
 * dimensions), one big-endian u32 per dimension, then the elements, last dimension fastest. Two of its kinds
 * matter here: grey pictures (0x803: count, rows, columns) and labels (0x801: count).
 *
 * Pure functions on bytes that were gunzipped before. Headers are read apart from the data, so that a caller
 * knows the exact size of the whole before it takes memory for it.
 */
export const IMAGES_MAGIC = 0x00000803
export const LABELS_MAGIC = 0x00000801
export const IMAGES_HEADER_BYTES = 16
export const LABELS_HEADER_BYTES = 8

export type IdxKind = 'images' | 'labels'

export interface IdxImages {
  readonly count: number
  readonly height: number
  readonly width: number
  /** count*height*width bytes by image, row, column; a view of the bytes that were parsed. */
  readonly pixels: Uint8Array
}

export interface IdxHeader {
  readonly kind: IdxKind
  readonly count: number
  /** 1 for labels. */
  readonly height: number
  readonly width: number
  readonly dataStart: number
  /** Header and data together: the exact length of a whole file. May be past 2^53 if the header lies; compare it, do not add to it. */
  readonly totalBytes: number
}

const HEADER_BYTES = { images: IMAGES_HEADER_BYTES, labels: LABELS_HEADER_BYTES } as const
const MAGIC = { images: IMAGES_MAGIC, labels: LABELS_MAGIC } as const

/** Which of the two kinds the first four bytes announce; undefined if neither. */
export function idxKind(bytes: Uint8Array): IdxKind | undefined {
  if (bytes.length < 4) return undefined
  const magic = viewOf(bytes).getUint32(0)
  return magic === IMAGES_MAGIC ? 'images' : magic === LABELS_MAGIC ? 'labels' : undefined
}

/**
 * Reads the header of the expected kind from the first bytes of a file (16 for images, 8 for labels, more are ignored).
 * Throws BitwrightError for a wrong magic number, too few bytes, or a dimension of zero.
 */
export function parseIdxHeader(bytes: Uint8Array, kind: IdxKind, where: string): IdxHeader {
  const expected = HEADER_BYTES[kind]
  if (bytes.length < 4) throw truncated(kind, expected, bytes.length, where)
  const view = viewOf(bytes)
  const magic = view.getUint32(0)
  if (magic !== MAGIC[kind]) throw wrongMagic(magic, kind, where)
  if (bytes.length < expected) throw truncated(kind, expected, bytes.length, where)
  const count = view.getUint32(4)
  const height = kind === 'images' ? view.getUint32(8) : 1
  const width = kind === 'images' ? view.getUint32(12) : 1
  if (count === 0) throw new BitwrightError({ what: `expected at least one ${kind === 'images' ? 'image' : 'label'}, the header counts 0`, where, remedy: 'use a file that holds data' })
  if (height === 0 || width === 0) {
    throw new BitwrightError({ what: `expected images of at least 1 by 1 pixels, the header says ${height} rows and ${width} columns`, where, remedy: 'use an undamaged file' })
  }
  return { kind, count, height, width, dataStart: expected, totalBytes: expected + count * height * width }
}

/** Parses a whole images file. `where` names it in errors. Nothing is copied. */
export function parseIdxImages(bytes: Uint8Array, where: string): IdxImages {
  const header = parseIdxHeader(bytes, 'images', where)
  checkIdxLength(bytes.length, header, where)
  return { count: header.count, height: header.height, width: header.width, pixels: bytes.subarray(header.dataStart) }
}

/** Parses a whole labels file: a view of the bytes. With `classes`, a label that is not below it is an error. */
export function parseIdxLabels(bytes: Uint8Array, where: string, classes?: number): Uint8Array {
  const header = parseIdxHeader(bytes, 'labels', where)
  checkIdxLength(bytes.length, header, where)
  const labels = bytes.subarray(header.dataStart)
  if (classes !== undefined) checkLabels(labels, classes, where)
  return labels
}

/** Every label must be below `classes`; the error names the first that is not. */
export function checkLabels(labels: Uint8Array | Uint16Array, classes: number, where: string): void {
  const first = labels.findIndex(label => label >= classes)
  if (first < 0) return
  throw new BitwrightError({
    what: `expected labels from 0 to ${classes - 1} for ${classes} classes, found ${labels[first]} at position ${first} of ${labels.length}`,
    where,
    remedy: 'give the right number of classes, or correct the labels',
  })
}

/** One label an image: throws, with both counts, if a pair of files does not belong together. */
export function checkIdxPair(images: IdxImages, labels: Uint8Array, imagesWhere: string, labelsWhere: string): void {
  if (images.count === labels.length) return
  const more = labels.length > images.count ? 'more labels than images' : 'more images than labels'
  throw new BitwrightError({
    what: `${more}: expected one label for each image, found ${images.count} images and ${labels.length} labels`,
    where: `${imagesWhere} and ${labelsWhere}`,
    remedy: 'give the labels file that belongs to these images',
  })
}

/** The whole images file for `pixels` (count*height*width bytes by image, row, column). */
export function encodeIdxImages({ count, height, width, pixels }: IdxImages): Uint8Array {
  if (pixels.length !== count * height * width) {
    throw new BitwrightError({ what: `expected ${count} x ${height} x ${width} = ${count * height * width} bytes of pixels, found ${pixels.length}` })
  }
  return encode(IMAGES_MAGIC, [count, height, width], pixels)
}

/** The whole labels file. */
export function encodeIdxLabels(labels: Uint8Array): Uint8Array {
  return encode(LABELS_MAGIC, [labels.length], labels)
}

function encode(magic: number, dimensions: readonly number[], data: Uint8Array): Uint8Array {
  const start = 4 + 4 * dimensions.length
  const bytes = new Uint8Array(start + data.length)
  const view = viewOf(bytes)
  view.setUint32(0, magic)
  dimensions.forEach((size, i) => {
    if (!Number.isInteger(size) || size < 1 || size > 0xffffffff) throw new BitwrightError({ what: `expected a dimension from 1 to 4294967295, found ${size}` })
    view.setUint32(4 + 4 * i, size)
  })
  bytes.set(data, start)
  return bytes
}

/**
 * Holds the length of a file against what its header says; throws for a truncated file and for trailing bytes.
 * `atLeast`: reading stopped at `found` bytes, there may be more (a stream that is cut off once it is too long).
 */
export function checkIdxLength(found: number, header: IdxHeader, where: string, atLeast = false): void {
  const { kind, count, height, width, totalBytes } = header
  const size = kind === 'images' ? `${count} images of ${height} x ${width}` : `${count} labels`
  if (found < totalBytes) throw truncated(kind, totalBytes, found, where, size)
  if (found > totalBytes) {
    throw new BitwrightError({ what: `expected ${totalBytes} bytes (${size}), found ${atLeast ? 'at least ' : ''}${found}`, where, remedy: 'use an undamaged file, with nothing after the data' })
  }
}

function truncated(kind: IdxKind, expected: number, found: number, where: string, size?: string): BitwrightError {
  const reason = size === undefined ? `the header of an IDX ${kind} file` : size
  return new BitwrightError({ what: `expected ${expected} bytes (${reason}), found only ${found}`, where, remedy: 'download or copy the file again: it is cut short' })
}

function wrongMagic(magic: number, kind: IdxKind, where: string): BitwrightError {
  const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`
  const [what, remedy] = diagnose(magic, kind)
  return new BitwrightError({ what: `expected an IDX ${kind} file (magic ${hex(MAGIC[kind])}), found ${hex(magic)}${what}`, where, remedy })
}

/** What a wrong magic number most likely is, and what helps. */
function diagnose(magic: number, kind: IdxKind): readonly [what: string, remedy: string] {
  if (magic >>> 16 === 0x1f8b) return [', which is gzip data', 'gunzip the file']
  const other = magic === IMAGES_MAGIC ? 'images' : magic === LABELS_MAGIC ? 'labels' : undefined
  if (other !== undefined) return [`, which is an IDX ${other} file`, `give the ${kind} file here: the two may be swapped or misnamed`]
  if (magic === 0x03080000 || magic === 0x01080000) return [', which is little-endian', 'write the header big-endian, as IDX asks']
  if (magic >>> 16 === 0 && magic >>> 8 === 8) return [`, which is IDX of unsigned bytes with ${magic & 255} dimensions`, `give a file with ${kind === 'images' ? 'count, rows and columns' : 'a count alone'}`]
  if (magic >>> 16 === 0 && [0x09, 0x0b, 0x0c, 0x0d, 0x0e].includes(magic >>> 8)) return [', which is IDX of another element type', 'store the values as unsigned bytes (type 0x08)']
  return [', which is not IDX', 'give a file in IDX format, gzipped or not']
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
