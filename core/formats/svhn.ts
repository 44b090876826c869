import type { ImageShape } from '../data/dataset.ts'
import { BitwrightError } from '../errors.ts'
import { checkMatValues, matNumbers, type MatHead } from './mat.ts'
import { exactly, type PullParser } from './pull.ts'

/**
 * SVHN, cropped digits (Y. Netzer et al., "Reading digits in natural images with unsupervised feature learning", 2011, format 2): a
 * MAT-file with X, uint8, 32 x 32 x 3 x N (row fastest, then column, channel, image), and y, N labels from 1 to 10, where 10 stands
 * for the digit 0.
 */
export const SVHN_SHAPE: ImageShape = [32, 32, 3]
export const SVHN_CLASSES: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit))
export const SVHN_PIXELS = 3072

const REMEDY = 'give files of SVHN\'s cropped digits (format 2), such as train_32x32.mat'

/** Number of images in X. Throws unless it is as SVHN's. */
export function svhnImages(head: MatHead, where: string): number {
  const { class: kind, dimensions, type } = head
  const [height, width, channels, count = 1, ...more] = dimensions
  const found = `${kind} ${dimensions.join(' x ')}`
  // MATLAB leaves out a last dimension of 1.
  if (kind !== 'uint8' || height !== 32 || width !== 32 || channels !== 3 || more.length > 0 || count < 1) throw new BitwrightError({ what: `expected X as uint8 32 x 32 x 3 x N, found ${found}`, where, remedy: REMEDY })
  checkMatValues(head, where)
  if (type?.name !== 'miUINT8') throw new BitwrightError({ what: `expected the pixels of X to be stored as miUINT8, found ${type?.name ?? 'no numbers'}`, where, remedy: REMEDY })
  return count
}

/** Reads the values of X: `count` images into the places from `first` on, by row, column, channel. */
export function* svhnPixels(images: Uint8Array, first: number, count: number): PullParser<void> {
  for (let at = first * SVHN_PIXELS, end = (first + count) * SVHN_PIXELS; at < end; at += SVHN_PIXELS) {
    const piece = yield* exactly(SVHN_PIXELS)
    // A view of each image, since engines are slow at indices beyond 2^30.
    const image = images.subarray(at, at + SVHN_PIXELS)
    let to = 0
    for (let row = 0; row < 32; row++) {
      for (let red = row; red < 1024; red += 32) {
        image[to++] = piece[red] as number
        image[to++] = piece[red + 1024] as number
        image[to++] = piece[red + 2048] as number
      }
    }
  }
}

/** Number of labels in y. Throws unless it is a vector of numbers. */
export function svhnLabelCount(head: MatHead, where: string): number {
  checkMatValues(head, where)
  const [rows = 0, columns = 0, ...more] = head.dimensions
  if (Math.min(rows, columns) !== 1 || more.length > 0) throw new BitwrightError({ what: `expected y as N x 1 numbers, found ${head.class} ${head.dimensions.join(' x ')}`, where, remedy: REMEDY })
  return rows * columns
}

/** Reads the values of y as digits. Throws for a label that is not a whole number from 1 to 10. */
export function* svhnLabels(head: MatHead, littleEndian: boolean, labels: Uint16Array, where: string): PullParser<void> {
  yield* matNumbers(head, littleEndian, (label, index) => {
    if (!Number.isInteger(label) || label < 1 || label > 10) {
      throw new BitwrightError({ what: `expected labels from 1 to 10, where 10 stands for the digit 0, found ${label} at position ${index} of ${labels.length} in y`, where, remedy: REMEDY })
    }
    labels[index] = label % 10
  })
}
