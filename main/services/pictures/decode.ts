import { constants, inflateSync } from 'node:zlib'
import jpeg from 'jpeg-js'
import { PNG } from 'pngjs'
import { grouped } from '../../../core/architecture/wording.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { checkJpegWhole, isJpeg, readJpegHead } from '../../../core/formats/jpeg.ts'
import { isPng, pngData, readPngHead, type PngHead } from '../../../core/formats/png.ts'

/** A decoded picture: height*width*channels bytes by row, column, channel; 1 channel is grey, 3 are red, green and blue. */
export interface Picture {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly pixels: Uint8Array
}

export type PictureHead = Omit<Picture, 'pixels'>

/** The largest picture of ImageNet has 61 million pixels. Decoding takes about ten bytes for each. */
export const MOST_PIXELS = 64 * 2 ** 20

/** Bytes from the beginning of a file that are enough to tell what it is, but for a JPEG with much before its header. */
export const HEAD_BYTES = 2 ** 16

/** Size and channels of a picture by its content, whatever its name; undefined if `bytes` are not enough of a JPEG file to tell. Throws for other content and for sizes out of bounds. */
export function readPictureHead(bytes: Uint8Array, where: string): PictureHead | undefined {
  if (bytes.length === 0) throw new BitwrightError({ what: 'expected a picture, the file is empty', where, remedy: REMEDY })
  if (isPng(bytes)) {
    const { width, height, grey } = readPngHead(bytes, where)
    return bounded({ width, height, channels: grey ? 1 : 3 }, where)
  }
  if (!isJpeg(bytes)) throw new BitwrightError({ what: 'expected a JPEG or PNG file by its content, found something else', where, remedy: REMEDY })
  const head = readJpegHead(bytes, where)
  return head && bounded({ width: head.width, height: head.height, channels: head.components === 1 ? 1 : 3 }, where)
}

/**
 * Decodes a JPEG file (baseline or progressive; grey, YCbCr, RGB, and CMYK or YCCK as Adobe writes them, inverted) or a PNG file (all
 * kinds; 16 bits become 8; transparency is dropped and the colours kept, as is usual for training). Sizes are checked before
 * anything is unpacked. Throws for damage, a missing end included. Orientation notes of cameras are not followed.
 */
export function decodePicture(bytes: Uint8Array, where: string): Picture {
  const head = readPictureHead(bytes, where)
  if (head === undefined) throw new BitwrightError({ what: 'expected a whole JPEG file, it ends before its frame header', where, remedy: REMEDY })
  return isPng(bytes) ? { ...head, pixels: pngPixels(bytes, head, where) } : { ...head, pixels: jpegPixels(bytes, head, where) }
}

const REMEDY = 'copy or download the file again, or leave it out'

function bounded(head: PictureHead, where: string): PictureHead {
  if (head.width * head.height <= MOST_PIXELS) return head
  throw new BitwrightError({ what: `expected at most ${grouped(MOST_PIXELS)} pixels, found ${head.width} x ${head.height}`, where, remedy: 'make the picture smaller' })
}

function jpegPixels(bytes: Uint8Array, { width, height, channels }: PictureHead, where: string): Uint8Array {
  checkJpegWhole(bytes, where)
  const { components, adobe } = readJpegHead(bytes, where) ?? {}
  const data = attempt('JPEG', where, () => {
    const decoded = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      // Else blocks that are missing stay grey without a word.
      tolerantDecoding: false,
      maxResolutionInMP: MOST_PIXELS / 1e6,
      maxMemoryUsageInMB: 2048,
      // Three components are YCbCr unless Adobe's marker says that they are not.
      ...(components === 3 && adobe === 0 && { colorTransform: false }),
    })
    if (decoded.width !== width || decoded.height !== height) throw new Error(`a second frame of ${decoded.width} x ${decoded.height}`)
    return decoded.data
  })
  return channels === 3 ? data : everyNth(data, 3, width * height)
}

function pngPixels(bytes: Uint8Array, { width, height, channels }: PictureHead, where: string): Uint8Array {
  const head = readPngHead(bytes, where)
  const rgba = attempt('PNG', where, () => {
    if (head.interlaced) boundInterlaced(bytes, head)
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).data
  })
  if (channels === 1) return everyNth(rgba, 4, width * height)
  const pixels = new Uint8Array(3 * width * height)
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
    pixels[to] = rgba[from] as number
    pixels[to + 1] = rgba[from + 1] as number
    pixels[to + 2] = rgba[from + 2] as number
  }
  return pixels
}

/** pngjs unpacks interlaced pixels to whatever length they have, so they are unpacked once before with a bound: seven passes (PNG specification, 8.2), each row with its filter byte. */
function boundInterlaced(bytes: Uint8Array, { width, height, pixelBits }: PngHead): void {
  const most = 2 * height * (Math.ceil((width * pixelBits) / 8) + 2) + 64
  inflateSync(Buffer.concat([...pngData(bytes)]), { maxOutputLength: most, finishFlush: constants.Z_SYNC_FLUSH })
}

function everyNth(data: Uint8Array, step: number, count: number): Uint8Array {
  const first = new Uint8Array(count)
  for (let at = 0; at < count; at++) first[at] = data[at * step] as number
  return first
}

function attempt<T>(kind: string, where: string, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    throw new BitwrightError({ what: `expected a whole ${kind} file, found damage: ${cause instanceof Error ? cause.message : String(cause)}`, where, remedy: REMEDY, cause })
  }
}
