import { BitwrightError } from '../errors.ts'

/**
 * Pixels of 1 (grey) or 3 (red, green, blue) bytes as pixels of 1 or 3: colours become their luma, grey becomes three equal
 * channels. Grey that is stored as colour comes back as it was.
 */
export function fitChannels(pixels: Uint8Array, from: 1 | 3, to: number, where: string): Uint8Array {
  if (from === to) return pixels
  if (to !== 1 && to !== 3) throw new BitwrightError({ what: `expected pictures for a model of 1 or 3 channels, this one takes ${to}`, where, remedy: 'use a model that takes grey or colour pictures' })
  const count = pixels.length / from
  const fitted = new Uint8Array(count * to)
  for (let pixel = 0; pixel < count; pixel++) {
    if (from === 3) fitted[pixel] = luma(pixels[3 * pixel] as number, pixels[3 * pixel + 1] as number, pixels[3 * pixel + 2] as number)
    else fitted.fill(pixels[pixel] as number, 3 * pixel, 3 * pixel + 3)
  }
  return fitted
}

/** ITU-R BT.601, 2.5.1: 0.299 R + 0.587 G + 0.114 B, rounded; in integers, so that equal channels give exactly their value. */
function luma(red: number, green: number, blue: number): number {
  return Math.floor((299 * red + 587 * green + 114 * blue + 500) / 1000)
}
