import type { Dataset, ImageShape, Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { checkIdxPair, checkLabels, parseIdxImages, parseIdxLabels } from '../../../core/formats/idx.ts'
import { readIdxFile } from './idx-file.ts'
import { findIdxFiles, type IdxPair } from './idx-files.ts'
import { admitName, admitTest, setApart, type ImportOptions } from './importing.ts'
import { summaryOf, type DatasetSummary, type SourceFile } from './manifest.ts'
import { publishDataset } from './publish.ts'

export interface ImportIdxOptions extends ImportOptions {
  /** Number of classes, or their names by number; left out, the largest label and one more, at least 2. */
  readonly classes?: number | readonly string[] | undefined
}

interface LoadedPair {
  readonly pair: IdxPair
  readonly split: Split
  readonly shape: ImageShape
  readonly files: readonly SourceFile[]
}

/**
 * Imports grey pictures in IDX, such as MNIST, as data set `name` of `home` (which exists). `paths` is a folder or files, gzipped
 * or not; findIdxFiles says how they are paired. Everything is checked before anything is written. Returns what was stored.
 */
export async function importIdx(home: string, paths: readonly string[], name: string, options: ImportIdxOptions = {}): Promise<DatasetSummary> {
  const { log, signal, replace } = options
  await admitName(home, name, replace)
  const found = await findIdxFiles(paths, log)
  admitTest(found.test?.images, options.test, found.train.images, 'the t10k or test files')
  const train = await load(found.train, signal, log)
  const test = found.test === undefined ? undefined : await load(found.test, signal, log)
  if (test !== undefined && test.shape.join() !== train.shape.join()) {
    throw new BitwrightError({ what: `expected test images of ${train.shape[0]} x ${train.shape[1]} pixels as in training, found ${test.shape[0]} x ${test.shape[1]}`, where: test.pair.images, remedy: 'give training and test files of the same data set' })
  }
  const splits = test === undefined ? setApart(train.split, options.test ?? 0, train.pair.images) : { train: train.split, test: test.split }
  const dataset: Dataset = { name, shape: train.shape, classes: classNames([train, ...(test === undefined ? [] : [test])], options.classes), ...splits }
  const description = test === undefined ? `Imported from IDX; the last ${splits.test.count} of its ${train.split.count} images are the test split` : 'Imported from IDX'
  const source = { kind: 'idx', description, files: [...train.files, ...(test?.files ?? [])] }
  return summaryOf(name, await publishDataset(home, dataset, source, options))
}

async function load(pair: IdxPair, signal: AbortSignal | undefined, log: ((message: string) => void) | undefined): Promise<LoadedPair> {
  log?.(`reading ${pair.images}`)
  // Labels first: they are small, and whatever is wrong with them is found before the images are unpacked.
  const labelsFile = await readIdxFile(pair.labels, 'labels', signal)
  const labels = parseIdxLabels(labelsFile.bytes, pair.labels)
  const imagesFile = await readIdxFile(pair.images, 'images', signal)
  const images = parseIdxImages(imagesFile.bytes, pair.images)
  checkIdxPair(images, labels, pair.images, pair.labels)
  const split = { count: images.count, images: images.pixels, labels: Uint16Array.from(labels) }
  return { pair, split, shape: [images.height, images.width, 1], files: [imagesFile.source, labelsFile.source] }
}

function classNames(loaded: readonly LoadedPair[], classes: ImportIdxOptions['classes']): readonly string[] {
  const names = typeof classes === 'object' ? classes : undefined
  const largest = loaded.reduce((max, { split }) => split.labels.reduce((a, b) => Math.max(a, b), max), 0)
  const count = typeof classes === 'number' ? classes : (names?.length ?? Math.max(2, largest + 1))
  if (!Number.isInteger(count) || count < 2 || count > 256) throw new BitwrightError({ what: `expected from 2 to 256 classes, as IDX labels are bytes, found ${count}`, where: 'classes', remedy: 'give the number of classes, or leave it out to count the labels' })
  if (names !== undefined && new Set(names).size !== names.length) throw new BitwrightError({ what: 'expected class names that differ, found one twice', where: 'classes', remedy: 'rename one of them' })
  for (const { split, pair } of loaded) checkLabels(split.labels, count, pair.labels)
  return names ?? Array.from({ length: count }, (_, i) => String(i))
}
