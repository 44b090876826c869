import { PNG } from 'pngjs'
import type { ImageShape } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { fitChannels } from '../../../core/data/channels.ts'
import { readPngHead } from '../../../core/formats/png.ts'

/**
 * The picture in a PNG file as height*width*channels bytes of the model's shape. Its size stands in the header and is compared
 * before anything is unpacked. Throws for another size, for transparency (there is no saying what is behind it) and for damage.
 */
export function readPng(bytes: Uint8Array, shape: ImageShape, where: string): Uint8Array {
  const [height, width, channels] = shape
  const found = readPngHead(bytes, where)
  if (found.width !== width || found.height !== height) {
    throw new BitwrightError({
      what: `expected a picture of ${width} × ${height} pixels (width × height), found ${found.width} × ${found.height}`,
      where,
      remedy: `scale or crop it to ${width} × ${height}, as the pictures were that the model learned from`,
    })
  }
  // The length of unpacked rows is bounded by the header only where they are not interlaced.
  if (found.interlaced) throw new BitwrightError({ what: 'expected a PNG file without interlacing, found one with it', where, remedy: 'save it without interlacing' })
  return fitChannels(opaque(decode(bytes, where), where), 3, channels, where)
}

function decode(bytes: Uint8Array, where: string): Uint8Array {
  try {
    // pngjs gives red, green, blue and alpha of 8 bits, whatever the file holds.
    return PNG.sync.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)).data
  } catch (cause) {
    throw new BitwrightError({ what: `expected a whole PNG file, found damage: ${cause instanceof Error ? cause.message : String(cause)}`, where, remedy: 'save or copy the file again', cause })
  }
}

/** Red, green and blue of RGBA pixels that are all opaque. */
function opaque(rgba: Uint8Array, where: string): Uint8Array {
  const pixels = rgba.length / 4
  const rgb = new Uint8Array(3 * pixels)
  for (let pixel = 0; pixel < pixels; pixel++) {
    if (rgba[4 * pixel + 3] !== 255) throw new BitwrightError({ what: 'expected an opaque picture, found transparent pixels', where, remedy: 'save it without an alpha channel, on the background the model learned with' })
    rgb.set(rgba.subarray(4 * pixel, 4 * pixel + 3), 3 * pixel)
  }
  return rgb
}
