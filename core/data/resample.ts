/** Bytes of a picture by row, column, channel. */
export interface Pixels {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly pixels: Uint8Array
}

/** The part of height x width in the middle; of two equally near places the upper and left one. The picture is at least that large. */
export function centreCrop(picture: Pixels, height: number, width: number): Uint8Array {
  return crop(picture, Math.floor((picture.height - height) / 2), Math.floor((picture.width - width) / 2), height, width)
}

/** The part of height x width whose upper left corner is at (top, left); it lies within the picture. */
export function crop({ width: from, channels, pixels }: Pixels, top: number, left: number, height: number, width: number): Uint8Array {
  const row = width * channels
  const part = new Uint8Array(height * row)
  for (let y = 0; y < height; y++) {
    const begin = ((top + y) * from + left) * channels
    part.set(pixels.subarray(begin, begin + row), y * row)
  }
  return part
}

/**
 * Scales a picture, keeping its proportions, until it just covers height x width, and takes the middle: for a square this is "resize the
 * shorter side, then crop the centre". A picture of that very size is returned as it is.
 */
export function coverCrop(picture: Pixels, height: number, width: number): Uint8Array {
  if (picture.height === height && picture.width === width) return picture.pixels
  const scale = Math.max(height / picture.height, width / picture.width)
  // Rounding must not leave a side short of what is to be cut from it.
  const tall = Math.max(height, Math.round(picture.height * scale))
  const wide = Math.max(width, Math.round(picture.width * scale))
  return centreCrop({ height: tall, width: wide, channels: picture.channels, pixels: resize(picture, tall, wide) }, height, width)
}

/**
 * Scales a picture to height x width by a triangle filter as wide as a source pixel, or as a target pixel where the picture becomes
 * smaller, so that nothing is passed over. The same bytes on every machine: sums of products in float64, in a fixed order.
 */
export function resize(picture: Pixels, height: number, width: number): Uint8Array {
  const { channels } = picture
  const across = new Float64Array(picture.height * width * channels)
  const columns = taps(picture.width, width)
  for (let y = 0; y < picture.height; y++) {
    for (const [x, { first, weights }] of columns.entries()) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (picture.pixels[(y * picture.width + first + k) * channels + channel] as number)
        across[(y * width + x) * channels + channel] = sum
      }
    }
  }
  const row = width * channels
  const scaled = new Uint8Array(height * row)
  for (const [y, { first, weights }] of taps(picture.height, height).entries()) {
    for (let at = 0; at < row; at++) {
      let sum = 0
      for (let k = 0; k < weights.length; k++) sum += (weights[k] as number) * (across[(first + k) * row + at] as number)
      scaled[y * row + at] = Math.min(255, Math.max(0, Math.floor(sum + 0.5)))
    }
  }
  return scaled
}

interface Taps {
  readonly first: number
  readonly weights: Float64Array
}

/** Which of `from` pixels make each of `to`, with weights that add up to 1. Centres of pixels lie at half numbers. */
function taps(from: number, to: number): Taps[] {
  const scale = from / to
  const reach = Math.max(1, scale)
  return Array.from({ length: to }, (_, target) => {
    const centre = (target + 0.5) * scale
    const first = Math.max(0, Math.ceil(centre - reach - 0.5))
    const last = Math.min(from - 1, Math.floor(centre + reach - 0.5))
    const weights = Float64Array.from({ length: last - first + 1 }, (_, k) => Math.max(0, 1 - Math.abs(first + k + 0.5 - centre) / reach))
    const total = weights.reduce((sum, weight) => sum + weight, 0)
    return { first, weights: weights.map(weight => weight / total) }
  })
}
