import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { DatasetNameSchema, parseAs } from '../../../core/architecture/project.ts'
import { bytesPerImage, checkLabels, checkSplit, type Dataset, type Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { valuesOf } from '../../../core/formats/tensor-values.ts'
import { codeOf, diskTrouble, pathExists, readExactly, readJson, regularFileSize } from '../files.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'
import { sha256Of } from './digest.ts'
import { DIGITS, DIGITS_SUMMARY, makeDigits } from './digits.ts'
import { MANIFEST_FILE, ManifestSchema, summaryOf, TENSOR_FILES, type DatasetManifest, type DatasetSummary, type SplitName } from './manifest.ts'
import { admitBytes } from './memory.ts'
import { publishDataset, restorePrevious } from './publish.ts'

export interface OpenOptions {
  /** Holds the tensor files against their SHA-256 too; their sizes always are. */
  readonly verify?: boolean | undefined
  readonly log?: ((message: string) => void) | undefined
}

const MANIFEST_LIMIT = 32 * 2 ** 20

/** How often a set that changes under the reader is read again. */
const ATTEMPTS = 6

/**
 * Reads a data set into memory. The built-in `digits` is made first if it is not there yet, and again if it is damaged.
 * `home` exists. Throws for an unknown name (with the names there are) and for a damaged set.
 */
export async function openDataset(home: string, name: string, options: OpenOptions = {}): Promise<Dataset> {
  return open(home, name, options, readOnce)
}

/** A split whose images stay in their file. */
export interface StoredSplit {
  readonly labels: Uint16Array
  /** The file of images: one after another, each of the data set's shape. */
  readonly file: string
  readonly imagesSha256: string
  readonly labelsSha256: string
}

export interface StoredDataset extends Pick<Dataset, 'name' | 'shape' | 'classes'> {
  readonly train: StoredSplit
  readonly test: StoredSplit
  /** Of the images of both splits. */
  readonly bytes: number
}

/** As openDataset, but images stay on disk: only labels are read, and the sizes of the files compared. */
export async function openStored(home: string, name: string, options: OpenOptions = {}): Promise<StoredDataset> {
  return open(home, name, options, readLabels)
}

async function open<T>(home: string, name: string, options: OpenOptions, read: Reader<T>): Promise<T> {
  const root = await ensureThere(home, name, options)
  try {
    return await readStored(root, name, options, read)
  } catch (error) {
    if (name !== DIGITS || !(error instanceof BitwrightError)) throw error
    options.log?.(`data set ${DIGITS} is damaged (${error.message})`)
    await storeDigits(home, true, options)
    return readStored(root, name, options, read)
  }
}

/** Where a data set is and what its manifest says, for those who read parts of its files. Throws as openDataset does for an unknown name. */
export async function locateDataset(home: string, name: string, options: OpenOptions = {}): Promise<{ readonly folder: string; readonly manifest: DatasetManifest }> {
  const folder = await resolveInside(await ensureThere(home, name, options), name)
  return { folder, manifest: await readJson(join(folder, MANIFEST_FILE), ManifestSchema, { limit: MANIFEST_LIMIT }) }
}

/** Makes the built-in set if it is not there yet; returns the folder of all sets. */
async function ensureThere(home: string, name: string, options: OpenOptions): Promise<string> {
  parseAs(DatasetNameSchema, name, `data set name ${JSON.stringify(name)}`)
  const root = homeFolders(home).datasets
  if (!(await isThere(root, name, options))) {
    if (name !== DIGITS) throw await unknown(home, name)
    await storeDigits(home, await pathExists(join(root, name)), options)
  }
  return root
}

/** All data sets of a home by name, `digits` included even before it was made. Damaged ones are left out and named to `log`. */
export async function listDatasets(home: string, { log }: Pick<OpenOptions, 'log'> = {}): Promise<readonly DatasetSummary[]> {
  const root = homeFolders(home).datasets
  const found = new Map<string, DatasetSummary>([[DIGITS, DIGITS_SUMMARY]])
  for (const name of await datasetNames(root)) {
    try {
      found.set(name, summaryOf(name, await readJson(join(await resolveInside(root, name), MANIFEST_FILE), ManifestSchema, { limit: MANIFEST_LIMIT })))
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      log?.(`data set ${name} cannot be used: ${error.message}`)
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Somebody else may make the same set at the same time: whoever is second finds it there, with the same bytes. */
async function storeDigits(home: string, replace: boolean, { log }: OpenOptions): Promise<void> {
  const { dataset, source } = await makeDigits(log)
  try {
    await publishDataset(home, dataset, source, { replace, log })
  } catch (error) {
    if (replace || !(await holdsManifest(homeFolders(home).datasets, DIGITS))) throw error
  }
}

/**
 * A set may be replaced while it is read, and between two renames it is not there at all: what was read counts only if the manifest
 * is the same file after as before, and what went missing is looked for again.
 */
async function readStored<T>(root: string, name: string, options: OpenOptions, read: Reader<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const before = await identityOf(root, name)
    const outcome = await read(root, name, options).then(dataset => ({ dataset }), (error: unknown) => ({ error }))
    const after = await identityOf(root, name)
    const settled = before === after
    if (settled && 'dataset' in outcome) return outcome.dataset
    const missing = 'error' in outcome && outcome.error instanceof Error && codeOf(outcome.error.cause) === 'ENOENT'
    if ('error' in outcome && settled && (!missing || attempt === ATTEMPTS)) throw outcome.error
    if (attempt === ATTEMPTS) throw new BitwrightError({ what: `data set ${name} changes while it is read`, where: join(root, name), remedy: 'try again when the import has finished' })
    await setTimeout(20 * attempt)
  }
}

/** Tells one stored version from the next, even of equal content. */
async function identityOf(root: string, name: string): Promise<string | undefined> {
  return stat(join(root, name, MANIFEST_FILE), { bigint: true }).then(({ ino, mtimeNs, size }) => `${ino} ${mtimeNs} ${size}`, () => undefined)
}

type Reader<T> = (root: string, name: string, options: OpenOptions) => Promise<T>

async function readLabels(root: string, name: string): Promise<StoredDataset> {
  const folder = await resolveInside(root, name)
  const manifest = await readJson(join(folder, MANIFEST_FILE), ManifestSchema, { limit: MANIFEST_LIMIT })
  const size = bytesPerImage(manifest.shape)
  const split = async (part: SplitName): Promise<StoredSplit> => {
    const { count, imagesSha256, labelsSha256 } = manifest[part]
    const file = join(folder, TENSOR_FILES[part].images)
    const found = await regularFileSize(file)
    if (found !== count * size) throw new BitwrightError({ what: `expected a file of ${count * size} bytes, found ${found}`, where: file, remedy: 'import the data set again' })
    const path = join(folder, TENSOR_FILES[part].labels)
    const labels = valuesOf(await readExactly(path, count * 2), 'U16')
    checkLabels(labels, manifest.classes.length, path)
    return { labels, file, imagesSha256, labelsSha256 }
  }
  const [train, test] = [await split('train'), await split('test')]
  return { name, shape: manifest.shape, classes: manifest.classes, train, test, bytes: (train.labels.length + test.labels.length) * size }
}

async function readOnce(root: string, name: string, options: OpenOptions): Promise<Dataset> {
  const folder = await resolveInside(root, name)
  const manifest = await readJson(join(folder, MANIFEST_FILE), ManifestSchema, { limit: MANIFEST_LIMIT })
  const train = await readSplit(folder, manifest, 'train', options)
  const test = await readSplit(folder, manifest, 'test', options)
  // The folder's name is the name: people may copy and rename folders.
  return { name, shape: manifest.shape, classes: manifest.classes, train, test }
}

async function readSplit(folder: string, manifest: DatasetManifest, split: SplitName, { verify = false }: OpenOptions): Promise<Split> {
  const { count, imagesSha256, labelsSha256 } = manifest[split]
  const imagesPath = join(folder, TENSOR_FILES[split].images)
  const labelsPath = join(folder, TENSOR_FILES[split].labels)
  admitBytes(count * bytesPerImage(manifest.shape), imagesPath)
  const images = await readExactly(imagesPath, count * bytesPerImage(manifest.shape))
  const labels = await readExactly(labelsPath, count * 2)
  if (verify) {
    checkHash(images, imagesSha256, imagesPath)
    checkHash(labels, labelsSha256, labelsPath)
  }
  const result = { count, images, labels: valuesOf(labels, 'U16') }
  checkSplit(result, manifest.shape, manifest.classes.length, labelsPath)
  return result
}

function checkHash(bytes: Uint8Array, expected: string, path: string): void {
  const found = sha256Of(bytes)
  if (found !== expected) throw new BitwrightError({ what: `expected SHA-256 ${expected}, found ${found}: the file was changed or damaged`, where: path, remedy: 'import the data set again' })
}

/** Puts an earlier set back if a replacement was cut off, and waits for one that is under way. */
async function isThere(root: string, name: string, { log }: OpenOptions): Promise<boolean> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    if (await holdsManifest(root, name)) return true
    const previous = await restorePrevious(root, name)
    if (previous === 'restored') log?.(`data set ${name}: an import was cut off; the earlier set is back`)
    else if (previous === 'none') break
    else await setTimeout(20 * attempt)
  }
  // A replacement may have ended between the two looks.
  return holdsManifest(root, name)
}

async function holdsManifest(root: string, name: string): Promise<boolean> {
  return readdir(join(root, name)).then(entries => entries.includes(MANIFEST_FILE), () => false)
}

/** Folders that could be data sets; none if there is no folder of data sets yet. */
async function datasetNames(root: string): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true })
    return entries.filter(entry => (entry.isDirectory() || entry.isSymbolicLink()) && DatasetNameSchema.safeParse(entry.name).success).map(entry => entry.name)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw diskTrouble(error, root)
  }
}

async function unknown(home: string, name: string): Promise<BitwrightError> {
  const names = (await listDatasets(home)).map(set => set.name)
  return new BitwrightError({ what: `expected a data set that exists (${names.join(', ')}), found none named ${name}`, where: homeFolders(home).datasets, remedy: `import it: bitwright datasets import KIND PATH --name ${name}` })
}
