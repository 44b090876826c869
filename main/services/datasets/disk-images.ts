import type { ImageShape } from '../../../core/data/dataset.ts'
import type { Recipe } from '../../../core/architecture/recipe.ts'
import { fillLabels, type Batch, type BatchStream, type ImageSource, type Pass } from '../../../core/data/source.ts'
import { Preparer, type Fitted } from '../../../core/data/preprocessing.ts'
import { sliceLabels } from '../../../core/data/dataset.ts'
import { Pool, threadEntry } from '../workers/pool.ts'
import type { BatchReply, BatchRequest, ReaderData } from './batch-reader.ts'
import type { StoredSplit } from './store.ts'

/** Most bytes of batches that are read ahead. */
const AHEAD_BYTES = 2 ** 25
/** More steps than a trainer submits at once (METRIC_SLOTS / 2), so that a whole group can be there when it is wanted. */
const MOST_AHEAD = 192

/** Threads that read stored images and prepare them as a recipe wants them. */
export class ImageThreads {
  readonly #pool: Pool<BatchRequest, BatchReply>
  readonly #preparer: Preparer

  constructor(shape: ImageShape, preprocessing: Recipe['preprocessing'], fitted: Fitted, threads?: number) {
    this.#preparer = new Preparer(preprocessing, fitted, shape)
    const data: ReaderData = { shape, preprocessing, ...(fitted.values && { values: fitted.values }) }
    this.#pool = new Pool(threadEntry('batch-reader', import.meta.url), { threads, data })
  }

  get rowBytes(): number {
    return this.#preparer.rowBytes
  }

  get threads(): number {
    return this.#pool.threads
  }

  read(request: BatchRequest): Promise<BatchReply> {
    return this.#pool.call(request, [request.buffer])
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}

/**
 * Images that stay on disk: batches are read and prepared in threads ahead of whoever takes them. Memory holds the batches that are under way,
 * in buffers that are used again, however many images there are.
 */
export class DiskImages implements ImageSource {
  readonly #split: StoredSplit
  readonly #threads: ImageThreads
  /** Place of the first image in the file, which is also the number by which chance is drawn. */
  readonly #number: number
  readonly labels: Uint16Array

  constructor(split: StoredSplit, threads: ImageThreads, number = 0, labels = split.labels) {
    this.#split = split
    this.#threads = threads
    this.#number = number
    this.labels = labels
  }

  get count(): number {
    return this.labels.length
  }

  slice(begin: number, end: number): DiskImages {
    return new DiskImages(this.#split, this.#threads, this.#number + begin, sliceLabels(this.labels, begin, end))
  }

  batches(pass: Pass): BatchStream {
    return new Ahead(this.#threads, this.#split.file, this.labels, this.#number, pass)
  }
}

/** A batch that was asked for. */
interface Open {
  readonly first: number
  readonly reply: Promise<BatchReply>
  ready?: BatchReply
}

class Ahead implements BatchStream {
  readonly #threads: ImageThreads
  readonly #file: string
  readonly #of: Uint16Array
  readonly #number: number
  readonly #pass: Pass
  readonly #labels: Uint32Array<ArrayBuffer>
  readonly #open: Open[] = []
  readonly #free: ArrayBuffer[] = []
  readonly #most: number
  #asked: number
  #out: ArrayBuffer | undefined

  constructor(threads: ImageThreads, file: string, of: Uint16Array, number: number, pass: Pass) {
    this.#threads = threads
    this.#file = file
    this.#of = of
    this.#number = number
    this.#pass = pass
    this.#asked = pass.first
    this.#labels = new Uint32Array(pass.rows)
    this.#most = Math.max(threads.threads + 1, Math.min(MOST_AHEAD, Math.floor(AHEAD_BYTES / (pass.rows * threads.rowBytes))))
    this.#ask()
  }

  next(): Batch | Promise<Batch> {
    if (this.#out) this.#free.push(this.#out)
    this.#out = undefined
    this.#ask()
    const open = this.#open.shift()
    if (open === undefined) throw new Error('a batch behind the last one was asked for')
    return open.ready ? this.#batch(open.first, open.ready) : open.reply.then(reply => this.#batch(open.first, reply))
  }

  close(): void {
    this.#open.length = 0
    this.#free.length = 0
  }

  #ask(): void {
    const { order, rows, chance } = this.#pass
    for (; this.#asked < order.length && this.#open.length < this.#most; this.#asked += rows) {
      const images = order.slice(this.#asked, this.#asked + rows).map(image => this.#number + image)
      const buffer = this.#free.pop() ?? new ArrayBuffer(rows * this.#threads.rowBytes)
      const reply = this.#threads.read({ file: this.#file, images, chance, buffer })
      const open: Open = { first: this.#asked, reply }
      // Failures are met by whoever takes the batch; batches of a pass that was closed are nobody's.
      reply.then(ready => (open.ready = ready), () => undefined)
      this.#open.push(open)
    }
  }

  #batch(first: number, { buffer }: BatchReply): Batch {
    const { order, rows } = this.#pass
    const present = Math.min(rows, order.length - first)
    fillLabels(this.#of, order, first, present, this.#labels)
    this.#out = buffer
    return { present, input: new Uint8Array(buffer), labels: this.#labels }
  }
}
