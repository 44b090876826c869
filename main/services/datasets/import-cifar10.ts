import { basename } from 'node:path'
import type { Dataset, Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { CIFAR10_NAMES, CIFAR_FILE_IMAGES, CIFAR_PIXELS, CIFAR_RECORD, CIFAR_SHAPE, cifarImages, cifarRecords, parseCifarNames } from '../../../core/formats/cifar.ts'
import { Feed } from '../../../core/formats/pull.ts'
import { readBounded, regularFileSize } from '../files.ts'
import { findCifar10Files } from './cifar10-files.ts'
import { admitName, admitTest, setApart, type ImportOptions } from './importing.ts'
import { MAX_IMAGES_BYTES, summaryOf, type DatasetSummary, type SourceFile } from './manifest.ts'
import { takeBytes } from './memory.ts'
import { publishDataset } from './publish.ts'
import { isGzip, streamUnpacked } from './unpacked.ts'

interface Batch {
  readonly path: string
  readonly count: number
}

interface Loaded {
  readonly split: Split
  readonly files: readonly SourceFile[]
  readonly parts: readonly { readonly path: string; readonly labels: Uint16Array; readonly images: Uint8Array }[]
}

/**
 * Imports CIFAR-10, binary version, as data set `name` of `home` (which exists): any number of training batches in the order of
 * their numbers, and the test batch. `paths` is their folder or the files, gzipped or not; findCifar10Files says how they are told
 * apart. Everything is checked before anything is written. Returns what was stored.
 */
export async function importCifar10(home: string, paths: readonly string[], name: string, options: ImportOptions = {}): Promise<DatasetSummary> {
  const { log } = options
  await admitName(home, name, options.replace)
  const found = await findCifar10Files(paths, log)
  admitTest(found.test, options.test, found.batches[0] ?? '', 'test_batch.bin')
  const classes = await classNames(found.names, log)
  // Every file's size is known and found good before memory is taken for any.
  const batches = await counted(found.batches, options)
  const testBatches = await counted(found.test === undefined ? [] : [found.test], options)
  const train = await load(batches, options)
  const test = testBatches.length === 0 ? undefined : await load(testBatches, options)
  refuseCopies([...train.parts, ...(test?.parts ?? [])])
  const splits: Pick<Dataset, 'train' | 'test'> = test === undefined ? setApart(train.split, options.test ?? 0, found.batches.join(', ')) : { train: train.split, test: test.split }
  const description = `Imported from CIFAR-10, binary version: ${found.batches.map(path => basename(path)).join(', ')}${test === undefined ? `; the last ${splits.test.count} of their images are the test split` : ''}`
  const source = { kind: 'cifar10', description: description.slice(0, 1000), files: [...train.files, ...(test?.files ?? [])] }
  return summaryOf(name, await publishDataset(home, { name, shape: CIFAR_SHAPE, classes, ...splits }, source, options))
}

async function classNames(path: string | undefined, log: ImportOptions['log']): Promise<readonly string[]> {
  if (path !== undefined) return parseCifarNames(await readBounded(path, 2 ** 16), path)
  log?.('no batches.meta.txt: the published class names are used')
  return CIFAR10_NAMES
}

async function counted(paths: readonly string[], { log, signal, progress }: ImportOptions): Promise<Batch[]> {
  const batches: Batch[] = []
  for (const path of paths) {
    progress?.(`checking ${basename(path)}`, batches.length / paths.length)
    const count = cifarImages(await unpackedSize(path, signal), path)
    if (count !== CIFAR_FILE_IMAGES) log?.(`${basename(path)} holds ${count} images, the published file ${CIFAR_FILE_IMAGES}`)
    batches.push({ path, count })
  }
  return batches
}

/** A gzip file does not say its size in a way that can be relied on, so it is unpacked once to count, which takes no memory. */
async function unpackedSize(path: string, signal: AbortSignal | undefined): Promise<number> {
  const size = await regularFileSize(path)
  if (size === 0 || !(await isGzip(path))) return size
  let bytes = 0
  await streamUnpacked(path, chunk => {
    bytes += chunk.length
    if (bytes > MAX_IMAGES_BYTES) throw new BitwrightError({ what: `expected about ${CIFAR_FILE_IMAGES * CIFAR_RECORD} bytes of images, gzip data unpack to over ${MAX_IMAGES_BYTES}`, where: path, remedy: 'download or copy the file again' })
  }, signal)
  return bytes
}

async function load(batches: readonly Batch[], { log, signal, progress }: ImportOptions): Promise<Loaded> {
  const count = batches.reduce((sum, batch) => sum + batch.count, 0)
  const images = takeBytes(count * CIFAR_PIXELS, batches.map(({ path }) => path).join(', '))
  const labels = new Uint16Array(count)
  const files: SourceFile[] = []
  const parts: Loaded['parts'][number][] = []
  let first = 0
  for (const batch of batches) {
    log?.(`reading ${batch.path}`)
    const expected = batch.count * CIFAR_RECORD
    const feed = new Feed(cifarRecords(images, labels, first, batch.count, batch.path), found =>
      new BitwrightError({ what: `expected ${expected} bytes, found ${found}: the file changes while it is read`, where: batch.path, remedy: 'import it when it is complete' }))
    files.push(await streamUnpacked(batch.path, chunk => feed.push(chunk), signal))
    feed.finish()
    const end = first + batch.count
    parts.push({ path: batch.path, labels: labels.subarray(first, end), images: images.subarray(first * CIFAR_PIXELS, end * CIFAR_PIXELS) })
    first = end
    progress?.(`reading ${basename(batch.path)}`, first / count)
  }
  return { split: { count, images, labels }, files, parts }
}

/** The same file under two names would be trained on twice, or tested on what was trained on. */
function refuseCopies(parts: Loaded['parts']): void {
  parts.forEach((part, i) => {
    const copy = parts.slice(0, i).find(other => same(other.labels, part.labels) && Buffer.compare(other.images, part.images) === 0)
    if (copy !== undefined) throw new BitwrightError({ what: `expected files that differ, found the same images and labels in ${basename(copy.path)} and ${basename(part.path)}`, where: part.path, remedy: 'download or copy the file that belongs in its place' })
  })
}

function same(a: Uint16Array, b: Uint16Array): boolean {
  return a.length === b.length && a.every((label, i) => label === b[i])
}
