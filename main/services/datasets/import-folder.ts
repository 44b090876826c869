import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { counted } from '../../../core/architecture/wording.ts'
import { bytesPerImage, type ImageShape } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { bytesOf } from '../../../core/formats/tensor-values.ts'
import { permutation, Stream, streamKey } from '../../../core/random.ts'
import { writeSynced } from '../files.ts'
import { PictureThreads } from '../pictures/threads.ts'
import { sha256Of } from './digest.ts'
import { findFolderLayout, type FolderLayout, type Listed } from './folder-layout.ts'
import { decodeInOrder, surveyPictures, type Surveyed } from './folder-pictures.ts'
import { admitName, admitTest, type ImportOptions } from './importing.ts'
import { MOST_LISTED, summaryOf, TENSOR_FILES, type DatasetManifest, type DatasetSummary, type SplitName } from './manifest.ts'
import { manifestFrom, publishFolder } from './publish.ts'

export interface ImportFolderOptions extends ImportOptions {
  /** Share of the training pictures to set apart for testing, where the folder has no test part. */
  readonly testShare?: number | undefined
  /** Height and width that all pictures get. Left out, they must all have the same size. */
  readonly size?: readonly [height: number, width: number] | undefined
  /** What becomes of pictures of another size than `size`: scaled by their shorter side and cut to the middle, or refused. */
  readonly fit?: 'crop' | 'refuse' | undefined
  /** Left out, 3 if any picture has colours, else 1. */
  readonly channels?: 1 | 3 | undefined
  /** Leaves out files that cannot be read, with a list of them in the manifest; else they are an error. */
  readonly skipBroken?: boolean | undefined
  /** Threads that decode; one for each core if left out. */
  readonly threads?: number | undefined
}

/** Seed of the order that mixes the classes. Part of the data set: another number would be another set. */
const ORDER_SEED = 20_160_208

/** Names of broken files in an error. */
const MOST_NAMED = 20

/**
 * Imports a folder of pictures (findFolderLayout says which) as data set `name` of `home` (which exists): decoded once, fitted to one size, and
 * packed as bytes, so that training reads records of equal length instead of decoding. Training pictures are stored in a mixed
 * order that depends on their number alone; a validation part beside a test part comes last, where a recipe holds validation
 * images out from. Memory holds a few pictures at a time. Broken files are all told by name, and nothing is stored, unless `skipBroken`.
 */
export async function importFolder(home: string, paths: readonly string[], name: string, options: ImportFolderOptions = {}): Promise<DatasetSummary> {
  const { log, signal } = options
  await admitName(home, name, options.replace)
  const [root, ...more] = paths
  if (root === undefined || more.length > 0) throw new BitwrightError({ what: `expected one folder of pictures, found ${paths.length} paths`, where: more.join(', ') || 'PATH', remedy: 'name the folder that holds train and val, or the class folders' })
  const layout = await findFolderLayout(root, log)
  const parts = partsOf(layout, options, root)
  const pool = new PictureThreads(options.threads)
  try {
    const files = [...parts.train, ...parts.test]
    log?.(`${counted(files.length, 'picture')} of ${counted(layout.classes.length, 'class', 'classes')} to look at`)
    const surveyed = await surveyPictures(pool, files.map(file => file.path), options)
    const faults = new Map(surveyed.faults.map(({ path, fault }) => [path, fault]))
    if (!options.skipBroken && faults.size > 0) {
      await findAllFaults(files, pool, faults, options)
      refuseBroken(faults, root)
    }
    const shape = shapeOf(surveyed, options, root)
    const bytes = (files.length - surveyed.faults.length) * (bytesPerImage(shape) + 2)
    const manifest = await publishFolder(home, name, bytes, options, async incoming => {
      const write = (split: SplitName): Promise<Written> => writeSplit(incoming, split, parts[split].filter(({ path }) => !faults.has(path)), pool, shape, faults, options)
      const [train, test] = [await write('train'), await write('test')]
      if (!options.skipBroken) refuseBroken(faults, root)
      if (faults.size > 0) log?.(`${counted(faults.size, 'broken file')} left out; dataset.json lists them`)
      if (test.stored.count === 0) throw new BitwrightError({ what: 'expected test pictures that can be read, found none', where: root, remedy: 'add pictures' })
      tellEmptyClasses(train.labels, layout.classes, log)
      signal?.throwIfAborted()
      return manifestFrom({
        name, shape, classes: layout.classes,
        train: train.stored, test: test.stored,
        source: { kind: 'folder', description: describe(layout, parts, options), files: [] },
        ...(faults.size > 0 && { skipped: skippedOf(faults, root) }),
      })
    })
    return summaryOf(name, manifest)
  } finally {
    await pool.close()
  }
}

interface Parts {
  readonly train: readonly Listed[]
  readonly test: readonly Listed[]
  /** How many of `train`, at its end, are the folder's validation part. */
  readonly validation: number
}

function partsOf({ train, validation, test, testFolder }: FolderLayout, options: ImportFolderOptions, root: string): Parts {
  const { test: number, testShare, log } = options
  if (number !== undefined && testShare !== undefined) throw new BitwrightError({ what: 'expected --test or --test-share, found both', where: root, remedy: 'leave one of them out' })
  const apart = testShare === undefined ? number : Math.round(testShare * train.length)
  admitTest(testFolder, apart, root, 'a folder test or val')
  const mixed = mix(train)
  if (apart === undefined) {
    if (validation.length > 0) log?.(`the last ${validation.length} training images are the validation part: a recipe with validation ${validation.length} holds them out`)
    return { train: [...mixed, ...mix(validation)], test, validation: validation.length }
  }
  if (!Number.isInteger(apart) || apart < 1 || apart >= train.length) {
    throw new BitwrightError({ what: `expected from 1 to ${train.length - 1} test images to set apart of ${train.length}, found ${apart}`, where: root, remedy: testShare === undefined ? 'choose another number for --test' : 'choose another share for --test-share' })
  }
  return { train: mixed.slice(0, train.length - apart), test: mixed.slice(train.length - apart), validation: 0 }
}

function mix(files: readonly Listed[]): Listed[] {
  return Array.from(permutation(files.length, streamKey(ORDER_SEED, Stream.split), 0), at => files[at] as Listed)
}

function describe({ testFolder }: FolderLayout, { train, test, validation }: Parts, { size, fit = 'crop', testShare, test: number }: ImportFolderOptions): string {
  return [
    `Imported from a folder of ${train.length + test.length} pictures in a fixed mixed order`,
    ...(size === undefined ? [] : [fit === 'crop' ? 'scaled by the shorter side and cut to the middle' : 'all of one size']),
    ...(validation > 0 ? [`the last ${validation} training images are its validation part`] : []),
    testFolder === undefined ? `${testShare === undefined ? number : `a share of ${testShare}`} of its pictures were set apart as the test split` : `its folder ${testFolder} is the test split`,
  ].join('; ').slice(0, 1000)
}

/** The shape that all pictures get. Throws where they have several and nothing says which. */
function shapeOf({ sizes, colour, examples }: Surveyed, { size, fit = 'crop', channels }: ImportFolderOptions, root: string): ImageShape {
  const depth = channels ?? (colour ? 3 : 1)
  const [found = '', other] = [...sizes.keys()]
  const wanted = size === undefined ? undefined : `${size[0]}x${size[1]}`
  const example = (key: string): string => `${key} (${counted(sizes.get(key) ?? 0, 'picture')}, such as ${relative(root, examples.get(key) ?? '')})`
  if (sizes.size === 0) throw new BitwrightError({ what: 'expected pictures that can be read, found none', where: root, remedy: 'give a folder of JPEG or PNG files' })
  if (size !== undefined) {
    const stray = fit === 'refuse' ? [...sizes.keys()].find(key => key !== wanted) : undefined
    if (stray !== undefined) throw new BitwrightError({ what: `expected pictures of ${wanted} (height x width), found ${example(stray)}`, where: root, remedy: 'use --fit crop to scale and cut them, or take them out' })
    return [size[0], size[1], depth]
  }
  if (other !== undefined) {
    throw new BitwrightError({ what: `expected pictures of one size, found ${sizes.size} sizes (height x width): ${example(found)}, ${example(other)}`, where: root, remedy: 'choose one with --size HxW: pictures are scaled by their shorter side and cut to the middle' })
  }
  const [height = 0, width = 0] = found.split('x').map(Number)
  return [height, width, depth]
}

interface Written {
  readonly stored: DatasetManifest['train']
  readonly labels: Uint16Array
}

/** Decodes pictures in order straight to the split's files. What cannot be decoded is noted in `faults` and left out. */
async function writeSplit(folder: string, split: SplitName, files: readonly Listed[], pool: PictureThreads, shape: ImageShape, faults: Map<string, string>, options: ImportFolderOptions): Promise<Written> {
  const labels = new Uint16Array(files.length)
  const hash = createHash('sha256')
  let count = 0
  const images = await open(join(folder, TENSOR_FILES[split].images), 'wx')
  try {
    for await (const { pixels, faults: found, first } of decodeInOrder(pool, files.map(file => file.path), shape, split, options)) {
      for (const [index, fault] of found.entries()) {
        const { path, label } = files[first + index] as Listed
        if (fault === undefined) labels[count++] = label
        else faults.set(path, fault)
      }
      hash.update(pixels)
      await images.writeFile(pixels)
    }
    await images.sync()
  } finally {
    await images.close()
  }
  const kept = labels.subarray(0, count)
  await writeSynced(join(folder, TENSOR_FILES[split].labels), bytesOf(kept))
  return { stored: { count, imagesSha256: hash.digest('hex'), labelsSha256: sha256Of(bytesOf(kept)) }, labels: kept }
}

/** A class may have nothing left to learn from: its pictures are all broken, or all set apart for testing. */
function tellEmptyClasses(labels: Uint16Array, classes: readonly string[], log: ImportOptions['log']): void {
  const seen = new Set(labels)
  const empty = classes.filter((_, label) => !seen.has(label))
  if (empty.length > 0) log?.(`warning: ${counted(empty.length, 'class has', 'classes have')} no training pictures: ${empty.slice(0, 10).join(', ')}${empty.length > 10 ? ` and ${empty.length - 10} more` : ''}`)
}

/** One broken file was found by its beginning: the rest is decoded for the sake of a list that is complete. */
async function findAllFaults(files: readonly Listed[], pool: PictureThreads, faults: Map<string, string>, options: ImportFolderOptions): Promise<void> {
  const others = files.map(({ path }) => path).filter(path => !faults.has(path))
  for await (const { faults: found, first } of decodeInOrder(pool, others, [1, 1, 1], 'all', options)) {
    for (const [index, fault] of found.entries()) if (fault !== undefined) faults.set(others[first + index] as string, fault)
  }
}

function skippedOf(faults: ReadonlyMap<string, string>, root: string): DatasetManifest['skipped'] {
  const files = [...faults].slice(0, MOST_LISTED).map(([path, fault]) => ({ name: relative(root, path).slice(0, 4096), fault: fault.slice(0, 1000) }))
  return { count: faults.size, files }
}

function refuseBroken(faults: ReadonlyMap<string, string>, root: string): void {
  if (faults.size === 0) return
  const named = [...faults].slice(0, MOST_NAMED).map(([path, fault]) => `${relative(root, path)} (${fault})`)
  throw new BitwrightError({
    what: `found ${counted(faults.size, 'broken file')}: ${named.join(', ')}${faults.size > named.length ? ` and ${faults.size - named.length} more` : ''}`,
    where: root,
    remedy: 'mend them or take them out, or leave them out with --skip-broken',
  })
}
