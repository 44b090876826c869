import type { FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesPerImage } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { valuesOf } from '../../../core/formats/tensor-values.ts'
import type { DatasetStatistics, Samples } from '../../contract/app/datasets.ts'
import { diskTrouble, openToRead, readExactly } from '../files.ts'
import { sha256Of } from './digest.ts'
import { TENSOR_FILES, type DatasetManifest, type SplitName } from './manifest.ts'
import { locateDataset } from './store.ts'

export interface SamplesQuery {
  readonly split: SplitName
  /** Of those that match, the first to give, and how many. */
  readonly first: number
  readonly count: number
  /** Only of this class. */
  readonly class?: number | undefined
}

/** Bytes of images in one answer: whoever asks for many large ones gets fewer, and asks again. */
const ANSWER_BYTES = 64 * 2 ** 20

/** Images are read at their places in the file, so that a look at a large set takes no memory. */
export async function readSamples(home: string, name: string, { split, first, count, class: wanted }: SamplesQuery): Promise<Samples> {
  const { folder, manifest } = await locateDataset(home, name)
  const { shape, classes } = manifest
  if (wanted !== undefined && wanted >= classes.length) throw new BitwrightError({ what: `expected a class below ${classes.length}, found ${wanted}`, where: `data set ${name}`, remedy: 'ask for a class that exists' })
  const all = await readLabels(folder, manifest, split)
  const matching = wanted === undefined ? { total: all.length, at: (place: number) => place } : placesOf(all, wanted)
  const given = Math.min(count, mostAtOnce(shape))
  const indices = Array.from({ length: Math.max(0, Math.min(given, matching.total - first)) }, (_, index) => matching.at(first + index))
  return { total: matching.total, ...(await imagesAt(folder, manifest, split, indices, all)) }
}

/** Images at places of a split that need not follow each other, in the order of `places`. Throws for a place that is not there. */
export async function pickSamples(home: string, name: string, split: SplitName, places: readonly number[]): Promise<Samples> {
  const { folder, manifest } = await locateDataset(home, name)
  const all = await readLabels(folder, manifest, split)
  const outside = places.find(place => place >= all.length)
  if (outside !== undefined) throw new BitwrightError({ what: `expected places below ${all.length}, found ${outside}`, where: `data set ${name}, ${split}`, remedy: 'ask for images that the split has' })
  return { total: all.length, ...(await imagesAt(folder, manifest, split, places.slice(0, mostAtOnce(manifest.shape)), all)) }
}

function mostAtOnce(shape: DatasetManifest['shape']): number {
  return Math.max(1, Math.floor(ANSWER_BYTES / bytesPerImage(shape)))
}

async function imagesAt(folder: string, { shape }: DatasetManifest, split: SplitName, indices: readonly number[], labels: Uint16Array): Promise<Omit<Samples, 'total'>> {
  const size = bytesPerImage(shape)
  const pixels = new Uint8Array(indices.length * size)
  await withFile(join(folder, TENSOR_FILES[split].images), async file => {
    for (const { begin, length, at } of stretches(indices)) await fill(file, pixels.subarray(at * size, (at + length) * size), begin * size)
  })
  return { shape: [...shape], indices: [...indices], labels: indices.map(index => labels[index] as number), pixels }
}

/** Class numbers of a split. */
export async function readLabels(folder: string, manifest: DatasetManifest, split: SplitName): Promise<Uint16Array> {
  const labels: Uint16Array = valuesOf(await readExactly(join(folder, TENSOR_FILES[split].labels), manifest[split].count * 2), 'U16')
  return labels
}

/** Images of each class. */
export function countClasses(labels: Uint16Array, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0)
  for (const label of labels) if (label < classes) (counts[label] as number)++
  return counts
}

const PIECE_BYTES = 4 * 2 ** 20
const remembered = new Map<string, DatasetStatistics>()

/** Counts of classes, and mean and deviation of each channel over the training images. Worked out once for each content. */
export async function datasetStatistics(home: string, name: string): Promise<DatasetStatistics> {
  const { folder, manifest } = await locateDataset(home, name)
  const key = sha256Of(new TextEncoder().encode(JSON.stringify(manifest)))
  const known = remembered.get(key)
  if (known) return known
  const channels = manifest.shape[2]
  const histograms = Array.from({ length: channels }, () => new Float64Array(256))
  const total = manifest.train.count * bytesPerImage(manifest.shape)
  await withFile(join(folder, TENSOR_FILES.train.images), async file => {
    const piece = new Uint8Array(Math.min(total, Math.max(channels, PIECE_BYTES - (PIECE_BYTES % channels))))
    for (let done = 0; done < total; done += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, total - done))
      await fill(file, part, done)
      for (let channel = 0; channel < channels; channel++) {
        const histogram = histograms[channel] as Float64Array
        for (let at = channel; at < part.length; at += channels) (histogram[part[at] as number] as number)++
      }
    }
  })
  const statistics: DatasetStatistics = {
    train: { images: manifest.train.count, perClass: countClasses(await readLabels(folder, manifest, 'train'), manifest.classes.length) },
    test: { images: manifest.test.count, perClass: countClasses(await readLabels(folder, manifest, 'test'), manifest.classes.length) },
    channels: histograms.map(momentsOf),
  }
  remembered.set(key, statistics)
  return statistics
}

/** Exact up to float64: sums over 256 counted values. */
function momentsOf(histogram: Float64Array): { mean: number; deviation: number } {
  const count = histogram.reduce((sum, of) => sum + of, 0)
  const mean = histogram.reduce((sum, of, value) => sum + of * value, 0) / count
  return { mean, deviation: Math.sqrt(histogram.reduce((sum, of, value) => sum + of * (value - mean) ** 2, 0) / count) }
}

function placesOf(labels: Uint16Array, wanted: number): { total: number; at(place: number): number } {
  const places: number[] = []
  for (const [index, label] of labels.entries()) if (label === wanted) places.push(index)
  return { total: places.length, at: place => places[place] as number }
}

/** Runs of consecutive numbers, each one read; `at` is its place in the list. */
function* stretches(indices: readonly number[]): Generator<{ begin: number; length: number; at: number }> {
  for (let at = 0; at < indices.length;) {
    const begin = indices[at] as number
    let length = 1
    while (indices[at + length] === begin + length) length++
    yield { begin, length, at }
    at += length
  }
}

async function withFile(path: string, work: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await openToRead(path)
  try {
    await work(file)
  } catch (error) {
    throw diskTrouble(error, path)
  } finally {
    await file.close()
  }
}

async function fill(file: FileHandle, target: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await file.read(target, done, target.length - done, position + done)
    if (bytesRead === 0) throw new BitwrightError({ what: `expected ${target.length} bytes at ${position} of a file of images, found ${done}`, remedy: 'import the data set again: its file was cut short' })
    done += bytesRead
  }
}
