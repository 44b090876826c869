import { BitwrightError } from '../errors.ts'

/** What a JPEG file says of itself before its pixels. */
export interface JpegHead {
  readonly width: number
  readonly height: number
  /** 1 grey; 3 YCbCr or RGB; 4 CMYK or YCCK. */
  readonly components: number
  /** The transform that Adobe's marker names (0 none, 1 YCbCr, 2 YCCK); undefined without that marker. */
  readonly adobe: number | undefined
}

/** Beyond what any encoder writes; each scan costs a pass over the whole picture, so the number of them must be bounded. */
const MOST_SCANS = 200

const REMEDY = 'copy or download the file again, or leave it out'

const EOI = 0xd9
const SOS = 0xda
const APP14 = 0xee

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
}

/**
 * Size and colours of a JPEG file (ITU-T T.81, annex B) from its beginning; undefined if `bytes` end before the frame header, which
 * may come late, behind profiles and thumbnails. Throws for what cannot be decoded: lossless, hierarchical and arithmetic coding, and
 * other than 8 bits.
 */
export function readJpegHead(bytes: Uint8Array, where: string): JpegHead | undefined {
  let adobe: number | undefined
  for (const { marker, begin, end } of segments(bytes, where)) {
    if (end > bytes.length) return undefined
    if (marker === APP14 && end - begin >= 12 && text(bytes, begin, 5) === 'Adobe') adobe = bytes[begin + 11]
    if (marker === SOS || marker === EOI) throw new BitwrightError({ what: 'expected a frame header before the first scan of the JPEG file, found none', where, remedy: REMEDY })
    if (isFrame(marker)) return frame(bytes, marker, begin, end, adobe, where)
  }
  return undefined
}

/**
 * Walks over all of a JPEG file and throws unless it is whole: headers, at least one scan, the end marker. Decoders fill up what is
 * missing with grey and say nothing.
 */
export function checkJpegWhole(bytes: Uint8Array, where: string): void {
  let scans = 0
  for (const { marker, end } of segments(bytes, where)) {
    if (end > bytes.length) break
    if (marker === SOS && ++scans > MOST_SCANS) throw new BitwrightError({ what: `expected at most ${MOST_SCANS} scans in a JPEG file, found more`, where, remedy: 'save the picture anew' })
    if (marker !== EOI) continue
    if (scans > 0) return
    throw new BitwrightError({ what: 'expected a scan before the end of the JPEG file, found none', where, remedy: REMEDY })
  }
  throw new BitwrightError({ what: `expected a whole JPEG file, it ends too early, after ${bytes.length} bytes`, where, remedy: REMEDY })
}

interface Segment {
  readonly marker: number
  /** Of its content, behind the length. */
  readonly begin: number
  readonly end: number
}

/** Marker segments in order. Coded data of scans are passed over. Ends where the bytes end, with a segment that reaches beyond them if one does. */
function* segments(bytes: Uint8Array, where: string): Generator<Segment> {
  if (!isJpeg(bytes)) throw new BitwrightError({ what: 'expected a JPEG file, found something else', where, remedy: REMEDY })
  for (let at = 2; at + 1 < bytes.length;) {
    if (bytes[at] !== 0xff) throw new BitwrightError({ what: `expected a marker at byte ${at} of the JPEG file, found ${bytes[at]}`, where, remedy: REMEDY })
    const marker = bytes[at + 1] as number
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at++
      continue
    }
    at += 2
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) continue
    if (marker === EOI) {
      yield { marker, begin: at, end: at }
      return
    }
    if (at + 1 >= bytes.length) return
    const length = ((bytes[at] as number) << 8) | (bytes[at + 1] as number)
    if (length < 2) throw new BitwrightError({ what: `expected a segment of at least 2 bytes at byte ${at} of the JPEG file, found ${length}`, where, remedy: REMEDY })
    yield { marker, begin: at + 2, end: at + length }
    at += length
    if (marker === SOS) at = endOfScan(bytes, at)
  }
}

/** Place of the next marker that is neither a stuffed byte nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1]
    if (next === undefined) break
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at
  }
  return bytes.length
}

/** Start of frame: C0 to CF but for tables (C4), the reserved C8 and conditioning of arithmetic coding (CC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

function frame(bytes: Uint8Array, marker: number, begin: number, end: number, adobe: number | undefined, where: string): JpegHead {
  if (marker > 0xc2) throw new BitwrightError({ what: `expected a baseline or progressive JPEG file, found coding process ${marker - 0xc0}`, where, remedy: 'save the picture as an ordinary JPEG or PNG file' })
  const [precision = 0, ...rest] = bytes.subarray(begin, begin + 6)
  const [heightHigh = 0, heightLow = 0, widthHigh = 0, widthLow = 0, components = 0] = rest
  if (precision !== 8) throw new BitwrightError({ what: `expected 8 bits a sample in the JPEG file, found ${precision}`, where, remedy: 'save the picture as an ordinary JPEG or PNG file' })
  if (![1, 3, 4].includes(components) || end - begin !== 6 + 3 * components) throw new BitwrightError({ what: `expected a JPEG file of 1, 3 or 4 colour components, found ${components} in a header of ${end - begin} bytes`, where, remedy: REMEDY })
  const [width, height] = [(widthHigh << 8) | widthLow, (heightHigh << 8) | heightLow]
  if (width === 0 || height === 0) throw new BitwrightError({ what: `expected a JPEG file of at least one pixel, found ${width} x ${height}`, where, remedy: REMEDY })
  return { width, height, components, adobe }
}

function text(bytes: Uint8Array, begin: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(begin, begin + length))
}
