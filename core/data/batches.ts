import type { Recipe } from '../architecture/recipe.ts'
import { invariant } from '../errors.ts'
import { permutation, Stream, streamKey } from '../random.ts'
import { bytesPerImage, type ImageShape, type Split } from './dataset.ts'

/**
 * Order in which an epoch (from 0) visits `count` training images: a pure function of its arguments, so a run that
 * resumes within an epoch finds the same order again.
 */
export function epochOrder(count: number, { seed, shuffle }: Pick<Recipe, 'seed' | 'shuffle'>, epoch: number): Uint32Array {
  return shuffle ? permutation(count, streamKey(seed, Stream.shuffle), epoch) : identityOrder(count)
}

/** 0, 1, ..., count - 1: the order of evaluation. */
export function identityOrder(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i)
}

/** Whole batches in an epoch of training; an incomplete last one is left out. */
export function trainingBatches(count: number, batchSize: number): number {
  return Math.floor(count / batchSize)
}

/** Batches that cover every image in evaluation; the last may be incomplete. */
export function evaluationBatches(count: number, batchSize: number): number {
  return Math.ceil(count / batchSize)
}

/** Bytes of one row of a batch: an image, padded to whole 32-bit words, which is what shaders read. */
export function rowBytes(shape: ImageShape): number {
  return Math.ceil(bytesPerImage(shape) / 4) * 4
}

/**
 * Gathers images order[first], order[first + 1], ... into `rows` rows of `target` (rows * rowBytes(shape) bytes, by row, the
 * padding zero) and their classes into `labels` (rows). Where the order ends early, the rows left over are zeros with
 * label 0. Returns the number of rows that hold an image.
 */
export function fillBatch(split: Split, order: Uint32Array, first: number, rows: number, target: Uint8Array, labels: Uint32Array): number {
  const imageBytes = split.images.length / split.count
  const stride = Math.ceil(imageBytes / 4) * 4
  invariant(first >= 0 && first < order.length, () => `batch starts at ${first} of ${order.length} images`)
  invariant(target.length >= rows * stride && labels.length >= rows, () => `${target.length} bytes and ${labels.length} labels for ${rows} rows of ${stride}`)
  const present = Math.min(rows, order.length - first)
  for (let row = 0; row < present; row++) {
    const image = order[first + row] as number
    invariant(image < split.count, () => `image ${image} of ${split.count}`)
    const begin = row * stride
    target.set(split.images.subarray(image * imageBytes, (image + 1) * imageBytes), begin)
    target.fill(0, begin + imageBytes, begin + stride)
    labels[row] = split.labels[image] as number
  }
  target.fill(0, present * stride, rows * stride)
  labels.fill(0, present, rows)
  return present
}
