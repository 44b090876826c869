import { basename } from 'node:path'
import { bytesText } from '../../../core/architecture/wording.ts'
import type { Dataset, Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { SVHN_CLASSES, SVHN_PIXELS, SVHN_SHAPE, svhnImages, svhnLabelCount, svhnLabels, svhnPixels } from '../../../core/formats/svhn.ts'
import { admitName, admitTest, setApart, type ImportOptions } from './importing.ts'
import { summaryOf, type DatasetSummary, type SourceFile } from './manifest.ts'
import { listMat, readMat, type MatVariable } from './mat-file.ts'
import { findMatFiles } from './mat-files.ts'
import { admitBytes, takeBytes } from './memory.ts'
import { publishDataset } from './publish.ts'
import { describeFile } from './unpacked.ts'

interface Part {
  readonly path: string
  readonly pixels: MatVariable
  readonly labels: Uint16Array
}

/**
 * Imports SVHN's cropped digits from MATLAB 5.0 files as data set `name` of `home` (which exists): a training file, and test and extra
 * files if there are. Extra images come before the training images, so that what a recipe holds out for validation, which is the end
 * of the training set, is of the harder kind that the test set is of. The digit 0, labelled 10 in the files, is class 0.
 *
 * Images go straight to where they stay, so that memory holds them once. Everything is checked before anything is written.
 */
export async function importMat(home: string, paths: readonly string[], name: string, options: ImportOptions = {}): Promise<DatasetSummary> {
  const { log } = options
  await admitName(home, name, options.replace)
  const found = await findMatFiles(paths, log)
  admitTest(found.test, options.test, found.train, 'test_32x32.mat')
  // Labels and sizes first: they are small, and whatever is wrong with them is found before the images are unpacked.
  const trainParts = [...(found.extra === undefined ? [] : [await open(found.extra, options)]), await open(found.train, options)]
  const testParts = found.test === undefined ? [] : [await open(found.test, options)]
  // Memory is promised page by page, so the two must be asked for together.
  admitBytes([...trainParts, ...testParts].reduce((sum, { labels }) => sum + labels.length * SVHN_PIXELS, 0), [...trainParts, ...testParts].map(({ path }) => basename(path)).join(', '))
  const [train, test] = [prepare(trainParts), testParts.length === 0 ? undefined : prepare(testParts)]
  const all = setFrom(train, test, options.test, found.train)
  log?.(`${bytesText(train.images.length + (test?.images.length ?? 0))} of images, held in memory`)
  await fill(train, trainParts, options)
  if (test !== undefined) await fill(test, testParts, options)
  const files: SourceFile[] = []
  for (const { path } of [...trainParts, ...testParts]) files.push(await describeFile(path, options.signal))
  const said = [
    'Imported from SVHN, cropped digits, MATLAB 5.0',
    ...(found.extra === undefined ? [] : [`the first ${trainParts[0]?.labels.length} training images are its extra set`]),
    ...(test === undefined ? [`the last ${all.test.count} of its ${train.count} images are the test split`] : []),
  ]
  const dataset: Dataset = { name, shape: SVHN_SHAPE, classes: SVHN_CLASSES, ...all }
  return summaryOf(name, await publishDataset(home, dataset, { kind: 'mat', description: said.join('; '), files }, options))
}

/** Checks a file as far as can be without its images, and reads the labels. */
async function open(path: string, { log, signal }: ImportOptions): Promise<Part> {
  log?.(`reading ${path}`)
  const variables = await listMat(path)
  const [pixels, targets] = ['X', 'y'].map(name => {
    const variable = variables.get(name)
    if (variable !== undefined) return variable
    const names = [...variables.keys()].map(other => JSON.stringify(other)).slice(0, 10).join(', ')
    throw new BitwrightError({ what: `expected the variables X and y, found no ${name} among ${names === '' ? 'none at all' : names}`, where: path, remedy: 'give files of SVHN\'s cropped digits (format 2), such as train_32x32.mat; format 1 is full pictures' })
  }) as [MatVariable, MatVariable]
  const count = svhnImages(pixels.head, path)
  const labelled = svhnLabelCount(targets.head, path)
  if (count !== labelled) throw new BitwrightError({ what: `expected one label for each image, found ${count} images in X and ${labelled} labels in y`, where: path, remedy: 'download or copy the file again' })
  const labels = new Uint16Array(count)
  await readMat(targets, head => svhnLabels(head, targets.littleEndian, labels, path), { signal })
  return { path, pixels, labels }
}

/** Memory for these parts one after another, with their labels and without their images yet. */
function prepare(parts: readonly Part[]): Split {
  const count = parts.reduce((sum, part) => sum + part.labels.length, 0)
  const split = { count, images: takeBytes(count * SVHN_PIXELS, parts.map(({ path }) => basename(path)).join(' and ')), labels: new Uint16Array(count) }
  parts.reduce((first, { labels }) => {
    split.labels.set(labels, first)
    return first + labels.length
  }, 0)
  return split
}

function setFrom(train: Split, test: Split | undefined, apart: number | undefined, where: string): Pick<Dataset, 'train' | 'test'> {
  return test === undefined ? setApart(train, apart ?? 0, where) : { train, test }
}

async function fill({ images }: Split, parts: readonly Part[], { signal, progress }: ImportOptions): Promise<void> {
  let first = 0
  for (const { pixels, labels } of parts) {
    const at = first
    await readMat(pixels, () => svhnPixels(images, at, labels.length), { signal, progress })
    first += labels.length
  }
}
