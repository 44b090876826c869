import type { ImageShape } from '../data/dataset.ts'
import { BitwrightError } from '../errors.ts'
import { exactly, type PullParser } from './pull.ts'

/**
 * CIFAR-10, binary version (A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009, and the page of the data
 * set): a file is records one after another, without any header. A record is one label byte, 0 to 9, and 3,072 bytes of a picture:
 * 1,024 red, 1,024 green, 1,024 blue, each plane 32 rows of 32. The published files hold 10,000 records.
 */
export const CIFAR_SHAPE: ImageShape = [32, 32, 3]
export const CIFAR_CLASSES = 10
export const CIFAR_PIXELS = 3072
export const CIFAR_RECORD = 1 + CIFAR_PIXELS
export const CIFAR_FILE_IMAGES = 10_000

/** In label order, as batches.meta.txt has them. */
export const CIFAR10_NAMES: readonly string[] = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

const PLANE = 1024
const AGAIN = 'download or copy the file again, or unpack it again'

/** How many images a file of so many bytes (unpacked) holds. Throws unless they are whole records, at least one. */
export function cifarImages(bytes: number, where: string): number {
  if (bytes > 0 && bytes % CIFAR_RECORD === 0) return bytes / CIFAR_RECORD
  if (bytes > 0 && bytes % (CIFAR_RECORD + 1) === 0) {
    throw new BitwrightError({ what: `expected records of ${CIFAR_RECORD} bytes, found ${bytes} bytes, which are whole records of ${CIFAR_RECORD + 1}: this looks like CIFAR-100`, where, remedy: 'give the files of CIFAR-10, binary version' })
  }
  const published = CIFAR_FILE_IMAGES * CIFAR_RECORD
  const whole = Math.floor(bytes / CIFAR_RECORD)
  const found = whole === 0 ? `${bytes} bytes` : `${bytes} bytes: ${whole} records and ${bytes - whole * CIFAR_RECORD} bytes more`
  throw new BitwrightError({ what: `expected whole records of ${CIFAR_RECORD} bytes (the published files have ${published} bytes), found ${found}`, where, remedy: `${AGAIN}: it is cut short, has bytes too many, or is of another kind` })
}

/**
 * Reads `count` records into the places from image `first` on: pixels by row, column and channel into `images`, labels into `labels`.
 * Throws for a label above 9.
 */
export function* cifarRecords(images: Uint8Array, labels: Uint16Array, first: number, count: number, where: string): PullParser<void> {
  for (let i = 0; i < count; i++) {
    const record = yield* exactly(CIFAR_RECORD)
    const label = record[0] as number
    if (label >= CIFAR_CLASSES) {
      throw new BitwrightError({ what: `expected a label from 0 to ${CIFAR_CLASSES - 1} at byte ${i * CIFAR_RECORD}, found ${label} for image ${i} of ${count}`, where, remedy: `${AGAIN}: it is damaged, or not of CIFAR-10, binary version` })
    }
    labels[first + i] = label
    const image = images.subarray((first + i) * CIFAR_PIXELS, (first + i + 1) * CIFAR_PIXELS)
    for (let red = 1, to = 0; red <= PLANE; red++) {
      image[to++] = record[red] as number
      image[to++] = record[red + PLANE] as number
      image[to++] = record[red + 2 * PLANE] as number
    }
  }
}

/** The file of these images (by row, column, channel) and labels. */
export function encodeCifar(images: Uint8Array, labels: Uint16Array): Uint8Array {
  if (images.length !== labels.length * CIFAR_PIXELS) throw new BitwrightError({ what: `expected ${labels.length} x ${CIFAR_PIXELS} bytes of pixels, found ${images.length}` })
  const bytes = new Uint8Array(labels.length * CIFAR_RECORD)
  labels.forEach((label, i) => {
    if (label >= CIFAR_CLASSES) throw new BitwrightError({ what: `expected a label from 0 to ${CIFAR_CLASSES - 1}, found ${label}` })
    bytes[i * CIFAR_RECORD] = label
    for (let k = 0; k < CIFAR_PIXELS; k++) bytes[i * CIFAR_RECORD + 1 + (k % 3) * PLANE + Math.floor(k / 3)] = images[i * CIFAR_PIXELS + k] as number
  })
  return bytes
}

/** Names of the ten classes in label order from batches.meta.txt: one a line, empty lines at the end allowed. */
export function parseCifarNames(bytes: Uint8Array, where: string): readonly string[] {
  const remedy = 'restore the file, or leave it out: the published names are used then'
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BitwrightError({ what: 'expected class names in UTF-8, found other bytes', where, remedy, cause })
  }
  const names = text.trimEnd().split('\n').map(line => line.trim())
  if (names.length !== CIFAR_CLASSES || names.includes('')) throw new BitwrightError({ what: `expected ${CIFAR_CLASSES} class names, one a line, found ${names.filter(name => name !== '').length} in ${names.length} lines`, where, remedy })
  if (new Set(names).size !== names.length) throw new BitwrightError({ what: 'expected class names that differ, found one twice', where, remedy })
  return names
}
