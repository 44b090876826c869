import type { GeometryStep } from '../architecture/steps.ts'
import { Stream, streamKey, threefry2x32, type Pair } from '../random.ts'
import { centreCrop, coverCrop, crop, type Pixels } from './resample.ts'

/** What makes the draws of one training epoch. Without it the middle is taken and nothing is flipped. */
export interface Chance {
  readonly seed: number
  /** From 0. */
  readonly epoch: number
}

/**
 * Moves the pixels of image number `image`. Draws are a function of seed, epoch, image and step alone, so they are the same in whatever order,
 * and on however many threads, images are prepared.
 */
export function moved(steps: readonly GeometryStep[], picture: Pixels, image: number, chance: Chance | undefined): Pixels {
  const key = chance && streamKey(chance.seed, Stream.augmentation, chance.epoch)
  return steps.reduce((from, step, at) => move(step, from, key && threefry2x32(key, [image, at])), picture)
}

function move(step: GeometryStep, picture: Pixels, draw: Pair | undefined): Pixels {
  const { height, width, channels } = picture
  if (step.kind === 'randomFlip') return draw && draw[0] >= 2 ** 31 ? { ...picture, pixels: mirrored(picture) } : picture
  const size = { height: step.height ?? height, width: step.width ?? width, channels }
  if (step.kind === 'resize') return { ...size, pixels: coverCrop(picture, size.height, size.width) }
  const whole = step.kind === 'randomCrop' && step.padding > 0 ? padded(picture, step.padding, step.fill) : picture
  if (step.kind === 'centreCrop' || draw === undefined) return { ...size, pixels: centreCrop(whole, size.height, size.width) }
  const [top, left] = [below(draw[0], whole.height - size.height + 1), below(draw[1], whole.width - size.width + 1)]
  return { ...size, pixels: crop(whole, top, left, size.height, size.width) }
}

/** 0 to count - 1 from 32 random bits, by multiply-shift. */
function below(word: number, count: number): number {
  return Math.floor((word / 2 ** 32) * count)
}

function mirrored({ height, width, channels, pixels }: Pixels): Uint8Array {
  const mirror = new Uint8Array(pixels.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [from, to] = [(y * width + x) * channels, (y * width + width - 1 - x) * channels]
      for (let channel = 0; channel < channels; channel++) mirror[to + channel] = pixels[from + channel] as number
    }
  }
  return mirror
}

function padded({ height, width, channels, pixels }: Pixels, padding: number, fill: number): Pixels {
  const [tall, wide] = [height + 2 * padding, width + 2 * padding]
  const larger = new Uint8Array(tall * wide * channels).fill(fill)
  for (let y = 0; y < height; y++) larger.set(pixels.subarray(y * width * channels, (y + 1) * width * channels), ((y + padding) * wide + padding) * channels)
  return { height: tall, width: wide, channels, pixels: larger }
}
