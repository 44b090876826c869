import { availableParallelism } from 'node:os'
import type { Recipe } from '../../../core/architecture/recipe.ts'
import { planSteps } from '../../../core/architecture/steps.ts'
import { bytesPerImage, type Dataset } from '../../../core/data/dataset.ts'
import { fitPreprocessing, type FitProgress, type FitResult } from '../../../core/data/fit.ts'
import { Preparer, type Fitted } from '../../../core/data/preprocessing.ts'
import { MemoryImages, type ImageSource } from '../../../core/data/source.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { Pool, threadEntry } from '../workers/pool.ts'
import { DiskImages, ImageThreads } from './disk-images.ts'
import type { FitData } from './fit-thread.ts'
import { ImageFile } from './image-file.ts'
import { openDataset, openStored, type OpenOptions, type StoredDataset } from './store.ts'

/** A data set that is small enough is in memory too. */
export interface OpenedDataset {
  readonly stored: StoredDataset
  readonly memory: Dataset | undefined
}

export interface OpenedImages {
  readonly train: ImageSource
  readonly test: ImageSource
  /** Ends the threads that read ahead. */
  close(): Promise<void>
}

/** Sets with more bytes of images than this stay on disk. */
const IN_MEMORY_BYTES = 2 ** 30

/** Threads that read ahead leave a core to the engine. */
const MOST_READERS = 8

/** Opens a data set for training or evaluation. Environment: BITWRIGHT_DATASET_MEMORY says up to how many bytes of images are held in memory. */
export async function openForUse(home: string, name: string, options: OpenOptions = {}): Promise<OpenedDataset> {
  const stored = await openStored(home, name, options)
  if (stored.bytes > memoryLimit()) {
    options.log?.(`data set ${name} stays on disk and is read ahead in threads`)
    return { stored, memory: undefined }
  }
  return { stored, memory: await openDataset(home, name, options) }
}

/** The images as a recipe's preprocessing gives them. Plain bytes in memory are copied from there; all else is read and prepared in threads. */
export function openImages({ stored, memory }: OpenedDataset, preprocessing: Recipe['preprocessing'], fitted: Fitted): OpenedImages {
  const preparer = new Preparer(preprocessing, fitted, stored.shape)
  if (memory && preparer.plain) return { train: new MemoryImages(memory.train, preparer), test: new MemoryImages(memory.test, preparer), close: () => Promise.resolve() }
  const threads = new ImageThreads(stored.shape, preprocessing, fitted, Math.max(1, Math.min(MOST_READERS, availableParallelism() - 1)))
  return { train: new DiskImages(stored.train, threads), test: new DiskImages(stored.test, threads), close: () => threads.close() }
}

/** What preprocessing comes to where it has nothing to learn; else undefined. */
export function fitWithoutImages(preprocessing: Recipe['preprocessing']): FitResult | undefined {
  const { values } = planSteps(preprocessing)
  if (values.some(step => step.kind === 'standardise' || step.kind === 'zca')) return undefined
  return fitPreprocessing([...values], { count: 0, shape: [1, 1, 1], read: () => new Uint8Array(1) })
}

/** Fits preprocessing on the first `count` training images; in a thread where that takes long. */
export async function fitOn({ stored }: Pick<OpenedDataset, 'stored'>, count: number, preprocessing: Recipe['preprocessing'], { progress, signal }: { readonly progress?: FitProgress | undefined; readonly signal?: AbortSignal | undefined } = {}): Promise<FitResult> {
  const { train: { file }, shape } = stored
  const { values } = planSteps(preprocessing)
  const known = fitWithoutImages(preprocessing)
  if (known) return known
  if (stored.bytes <= memoryLimit() && values.every(step => step.kind === 'scale' || step.kind === 'standardise')) {
    const images = new ImageFile(file, bytesPerImage(shape))
    try {
      return fitPreprocessing(preprocessing, { count, shape, read: image => images.read(image) })
    } finally {
      images.close()
    }
  }
  const data: FitData = { file, shape, count, preprocessing }
  const pool = new Pool<undefined, FitResult>(threadEntry('fit-thread', import.meta.url), { threads: 1, data, progress })
  const stop = (): void => void pool.close()
  signal?.addEventListener('abort', stop)
  try {
    return await pool.call(undefined)
  } finally {
    signal?.removeEventListener('abort', stop)
    await pool.close()
  }
}

function memoryLimit(): number {
  const text = process.env.BITWRIGHT_DATASET_MEMORY
  if (text === undefined || text === '') return IN_MEMORY_BYTES
  const bytes = Number(text)
  if (Number.isSafeInteger(bytes) && bytes >= 0) return bytes
  throw new BitwrightError({ what: `expected a number of bytes, found ${JSON.stringify(text)}`, where: 'environment variable BITWRIGHT_DATASET_MEMORY', remedy: `set it to ${IN_MEMORY_BYTES}, or leave it out` })
}
