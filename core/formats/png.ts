import { BitwrightError } from '../errors.ts'

/** What a PNG file says of itself before its pixels. */
export interface PngHead {
  readonly width: number
  readonly height: number
  /** Colour types 0 and 4; a palette counts as colour. */
  readonly grey: boolean
  readonly interlaced: boolean
  /** Bits a pixel takes in the file. */
  readonly pixelBits: number
}

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
/** Signature, then the chunk IHDR: length, name, width, height, depth, colour type, compression, filter, interlace. */
const HEADER_BYTES = 8 + 8 + 13

/** Samples a pixel by colour type (PNG specification, 11.2.2). */
const SAMPLES: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

export function isPng(bytes: Uint8Array): boolean {
  return SIGNATURE.every((byte, at) => bytes[at] === byte)
}

/** Reads the header, which the first 29 bytes hold. Throws for what is no PNG file or not that much of one. */
export function readPngHead(bytes: Uint8Array, where: string): PngHead {
  if (!isPng(bytes) || bytes.length < HEADER_BYTES) throw new BitwrightError({ what: 'expected a PNG file, found something else or only its beginning', where, remedy: 'give a whole PNG file' })
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [width, height, depth, type] = [view.getUint32(16), view.getUint32(20), view.getUint8(24), view.getUint8(25)]
  const samples = SAMPLES[type]
  if (view.getUint32(12) !== 0x49484452 || samples === undefined || ![1, 2, 4, 8, 16].includes(depth) || width === 0 || height === 0) {
    throw new BitwrightError({ what: `expected a PNG header, found damage: ${width} x ${height}, colour type ${type}, ${depth} bits`, where, remedy: 'save or copy the file again' })
  }
  return { width, height, grey: type === 0 || type === 4, interlaced: view.getUint8(28) !== 0, pixelBits: samples * depth }
}

/** The compressed pixels: contents of all IDAT chunks in order. */
export function* pngData(bytes: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = view.getUint32(at)
    if (view.getUint32(at + 4) === 0x49444154) yield bytes.subarray(at + 8, at + 8 + length)
    at += 12 + length
  }
}
