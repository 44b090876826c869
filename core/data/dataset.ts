import { BitwrightError } from '../errors.ts'

/** Height, width, channels of a picture. */
export type ImageShape = readonly [height: number, width: number, channels: number]

/** Images with their labels. */
export interface Split {
  readonly count: number
  /** count*height*width*channels bytes, by image, row, column, channel. */
  readonly images: Uint8Array
  /** One class number an image. */
  readonly labels: Uint16Array
}

/** A set of pictures of one shape, each of one class, all of it in memory. */
export interface Dataset {
  readonly name: string
  readonly shape: ImageShape
  /** Names of the classes by number. */
  readonly classes: readonly string[]
  readonly train: Split
  readonly test: Split
}

/** Labels are stored as u16. */
export const MAX_CLASSES = 65536

export function bytesPerImage([height, width, channels]: ImageShape): number {
  return height * width * channels
}

/** Throws unless lengths agree with `shape` and every label is below `classes`. `where` names the split in errors. */
export function checkSplit({ count, images, labels }: Split, shape: ImageShape, classes: number, where: string): void {
  const expected = count * bytesPerImage(shape)
  if (images.length !== expected) throw new BitwrightError({ what: `expected ${expected} bytes for ${count} images of ${shape.join(' x ')}, found ${images.length}`, where, remedy: 'import the data set again' })
  if (labels.length !== count) throw new BitwrightError({ what: `expected ${count} labels for ${count} images, found ${labels.length}`, where, remedy: 'import the data set again' })
  checkLabels(labels, classes, where)
}

/** Throws unless every label is below `classes`. */
export function checkLabels(labels: Uint16Array, classes: number, where: string): void {
  const stray = labels.findIndex(label => label >= classes)
  if (stray >= 0) throw new BitwrightError({ what: `expected labels below ${classes}, found ${labels[stray]} for image ${stray}`, where, remedy: 'import the data set again' })
}

/** Images `begin` up to, not including, `end` of a split: a view, nothing is copied. */
export function sliceSplit(split: Split, begin: number, end: number): Split {
  const labels = sliceLabels(split.labels, begin, end)
  const bytes = split.count === 0 ? 0 : split.images.length / split.count
  return { count: end - begin, images: split.images.subarray(begin * bytes, end * bytes), labels }
}

/** Labels of images `begin` up to, not including, `end`. Throws for images that do not exist. */
export function sliceLabels(labels: Uint16Array, begin: number, end: number): Uint16Array {
  if (Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && end >= begin && end <= labels.length) return labels.subarray(begin, end)
  throw new BitwrightError({ what: `expected a range of images within 0 to ${labels.length}, found ${begin} to ${end}`, remedy: 'ask for images that exist' })
}
