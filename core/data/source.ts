import { invariant } from '../errors.ts'
import { fillBatch } from './batches.ts'
import { bytesPerImage, sliceSplit, type Split } from './dataset.ts'
import type { Chance } from './geometry.ts'
import type { Preparer } from './preprocessing.ts'

/** One batch as the network reads it. */
export interface Batch {
  /** Rows that hold an image; where fewer than asked for, the last ones are zeros with label 0. */
  readonly present: number
  /** A row an image (Preparer.rowBytes): bytes, or float32. */
  readonly input: Uint8Array<ArrayBuffer>
  readonly labels: Uint32Array<ArrayBuffer>
}

/** A way through a source's images: order[first], order[first + 1], ..., `rows` at a time. */
export interface Pass {
  readonly order: Uint32Array
  readonly first: number
  readonly rows: number
  /** For training: what is drawn by chance. */
  readonly chance?: Chance | undefined
}

export interface BatchStream {
  /** The next batch, good until the one after it is asked for. A promise only where it is not ready yet. */
  next(): Batch | Promise<Batch>
  /** Ends it early or late; nothing may be asked for afterwards. */
  close(): void
}

/** Images with their labels, wherever they are, as a recipe's preprocessing gives them. */
export interface ImageSource {
  readonly count: number
  /** One class number an image. */
  readonly labels: Uint16Array
  /** Images `begin` up to, not including, `end`. */
  slice(begin: number, end: number): ImageSource
  /** Starts a pass. What comes depends on its arguments alone: not on time, threads, or other passes. */
  batches(pass: Pass): BatchStream
}

/** Images in memory. */
export class MemoryImages implements ImageSource {
  readonly #split: Split
  readonly #preparer: Preparer
  /** Number of the first image, by which chance is drawn. */
  readonly #number: number

  constructor(split: Split, preparer: Preparer, number = 0) {
    this.#split = split
    this.#preparer = preparer
    this.#number = number
  }

  get count(): number {
    return this.#split.count
  }

  get labels(): Uint16Array {
    return this.#split.labels
  }

  slice(begin: number, end: number): MemoryImages {
    return new MemoryImages(sliceSplit(this.#split, begin, end), this.#preparer, this.#number + begin)
  }

  batches({ order, first, rows, chance }: Pass): BatchStream {
    const input = new Uint8Array(rows * this.#preparer.rowBytes)
    const labels = new Uint32Array(rows)
    let at = first
    return {
      next: () => {
        const present = this.#preparer.plain ? fillBatch(this.#split, order, at, rows, input, labels) : this.#fill(order, at, rows, chance, input, labels)
        at += rows
        return { present, input, labels }
      },
      close: () => undefined,
    }
  }

  #fill(order: Uint32Array, first: number, rows: number, chance: Chance | undefined, input: Uint8Array, labels: Uint32Array): number {
    const { images, count } = this.#split
    const present = Math.min(rows, order.length - first)
    invariant(present > 0, () => `batch starts at ${first} of ${order.length} images`)
    const [bytes, stride] = [images.length / count, this.#preparer.rowBytes]
    for (let row = 0; row < present; row++) {
      const image = order[first + row] as number
      this.#preparer.prepare(images.subarray(image * bytes, (image + 1) * bytes), this.#number + image, chance, input.subarray(row * stride, (row + 1) * stride))
    }
    fillLabels(this.#split.labels, order, first, present, labels)
    input.fill(0, present * stride)
    return present
  }
}

/** Labels of the first `present` rows; the rest are 0. */
export function fillLabels(of: Uint16Array, order: Uint32Array, first: number, present: number, labels: Uint32Array): void {
  for (let row = 0; row < present; row++) labels[row] = of[order[first + row] as number] as number
  labels.fill(0, present)
}

/** Images that are in memory as rows of bytes of one shape, without labels. */
export function unlabelled(images: Uint8Array, preparer: Preparer, shape: Parameters<typeof bytesPerImage>[0]): MemoryImages {
  const count = images.length / bytesPerImage(shape)
  return new MemoryImages({ count, images, labels: new Uint16Array(count) }, preparer)
}
