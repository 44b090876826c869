import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { DatasetNameSchema, parseAs } from '../../../core/architecture/project.ts'
import { checkSplit, MAX_CLASSES, type Dataset, type Split } from '../../../core/data/dataset.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { bytesOf } from '../../../core/formats/tensor-values.ts'
import { codeOf, diskTrouble, ensureSpace, pathExists, syncFolder, uniqueSuffix, writeSynced } from '../files.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'
import { sha256Of } from './digest.ts'
import { MANIFEST_FILE, ManifestSchema, SPLITS, TENSOR_FILES, type DatasetManifest, type DatasetSource } from './manifest.ts'

export interface PublishOptions {
  /** Takes the place of a set of the same name, which is an error otherwise. */
  readonly replace?: boolean | undefined
  readonly log?: ((message: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Folders that are not (or no longer) data sets. "~" cannot occur in a data set's name, so neither kind is ever taken for one.
 * incoming: being written. previous: moved out of the way by a replacement, until that has taken its place.
 */
const ASIDE = /^\.(incoming|previous)~([^~]+)~(\d+)-[0-9a-f]+$/

/** What systems answer to a rename over a folder that holds something, or over a file. */
const OCCUPIED: ReadonlySet<string> = new Set(['ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EISDIR'])

/** A folder whose writer is gone is removed after this long: another machine's or container's process ids mean nothing here. */
const ABANDONED_AFTER_MS = 3_600_000

/** Stores a data set that is in memory under <home>/datasets/<name>, whole or not at all (see publishFolder). */
export async function publishDataset(home: string, dataset: Dataset, source: DatasetSource, options: PublishOptions = {}): Promise<DatasetManifest> {
  const { name, shape, classes, train, test } = dataset
  const manifest = manifestFrom({ name, shape, classes, train: storedSplit(train), test: storedSplit(test), source })
  for (const split of SPLITS) checkSplit(dataset[split], shape, classes.length, `${split} split of data set ${name}`)
  const bytes = SPLITS.reduce((sum, split) => sum + dataset[split].images.length + 2 * dataset[split].count, 0)
  return publishFolder(home, name, bytes, options, async incoming => {
    for (const split of SPLITS) {
      await writeSynced(join(incoming, TENSOR_FILES[split].images), dataset[split].images)
      await writeSynced(join(incoming, TENSOR_FILES[split].labels), bytesOf(dataset[split].labels))
      options.signal?.throwIfAborted()
    }
    return manifest
  })
}

/**
 * Makes <home>/datasets/<name>, where `write` puts about `bytes` of tensor files and whose manifest it returns. It is written and fsynced in a
 * folder of its own, which is renamed when it is complete, so that a set is there whole or not at all, whatever else writes at the same
 * time; of two writers of one new name the second is refused. Throws before anything is written if the disk has not that much room.
 */
export async function publishFolder(home: string, name: string, bytes: number, { replace = false, log, signal }: PublishOptions, write: (folder: string) => Promise<DatasetManifest>): Promise<DatasetManifest> {
  const root = homeFolders(home).datasets
  await refuseTaken(home, name, replace)
  await sweepAbandoned(root)
  await ensureSpace(root, bytes)
  signal?.throwIfAborted()
  const incoming = join(root, `.incoming~${name}~${uniqueSuffix()}`)
  log?.(`writing data set ${name}: ${bytes} bytes`)
  try {
    await mkdir(incoming)
    const manifest = await write(incoming)
    await writeSynced(join(incoming, MANIFEST_FILE), `${JSON.stringify(manifest, null, 2)}\n`)
    await syncFolder(incoming)
    await moveIntoPlace(incoming, root, name, replace)
    return manifest
  } catch (error) {
    await rm(incoming, { recursive: true, force: true }).catch(() => undefined)
    throw diskTrouble(error, join(root, name), bytes)
  }
}

/** Makes the folder of data sets and throws if `name` is taken there: worth asking before long work; publishDataset asks again. */
export async function refuseTaken(home: string, name: string, replace: boolean): Promise<void> {
  parseAs(DatasetNameSchema, name, `data set name ${JSON.stringify(name)}`)
  const root = homeFolders(home).datasets
  await mkdir(root, { recursive: true }).catch((error: unknown) => {
    throw diskTrouble(error, root)
  })
  if (!replace && (await pathExists(await resolveInside(root, name)))) throw taken(root, name)
}

/**
 * If a replacement was cut off between its two renames, puts the earlier set back: 'restored'. If its writer is still at work the
 * gap will close by itself: 'underway'. Otherwise 'none'.
 */
export async function restorePrevious(root: string, name: string): Promise<'restored' | 'underway' | 'none'> {
  let result: 'underway' | 'none' = 'none'
  for (const entry of await readdir(root).catch(() => [])) {
    const [, kind, of, pid] = ASIDE.exec(entry) ?? []
    if (kind !== 'previous' || of !== name) continue
    if (isRunning(Number(pid))) result = 'underway'
    else if (await rename(join(root, entry), join(root, name)).then(() => true, () => false)) return 'restored'
  }
  return result
}

/** Checks what is said of a data set against the manifest's schema. */
export function manifestFrom({ name, shape, classes, ...rest }: Pick<Dataset, 'name' | 'shape' | 'classes'> & Omit<DatasetManifest, 'version' | 'shape' | 'classes'>): DatasetManifest {
  if (classes.length < 2 || classes.length > MAX_CLASSES) throw new BitwrightError({ what: `expected 2 to ${MAX_CLASSES} classes, found ${classes.length}`, where: `data set ${name}`, remedy: 'give data with at least two classes' })
  return parseAs(ManifestSchema, { version: 1, name, shape: [...shape], classes: [...classes], ...rest }, `data set ${name}`)
}

function storedSplit({ count, images, labels }: Split): DatasetManifest['train'] {
  return { count, imagesSha256: sha256Of(images), labelsSha256: sha256Of(bytesOf(labels)) }
}

/**
 * A folder cannot be renamed over another that holds something, which is what keeps two writers apart without a lock. A
 * replacement moves the earlier set aside first; should somebody fill the gap, it goes round again.
 */
async function moveIntoPlace(incoming: string, root: string, name: string, replace: boolean): Promise<void> {
  const target = join(root, name)
  const aside: string[] = []
  try {
    for (let attempt = 1; ; attempt++) {
      if (replace) aside.push(...(await moveAside(target, root, name)))
      try {
        await rename(incoming, target)
        break
      } catch (error) {
        // Windows says EPERM for a target that exists, hence the second question.
        if (!OCCUPIED.has(codeOf(error) ?? '') && !(await pathExists(target))) throw error
        if (!replace || attempt === 100) throw taken(root, name)
      }
    }
  } catch (error) {
    const latest = aside.at(-1)
    if (latest !== undefined) await rename(latest, target).catch(() => undefined)
    throw error
  } finally {
    for (const folder of aside) await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
  await syncFolder(root)
}

/** The new name of what stood in the way; none if nothing did. */
async function moveAside(target: string, root: string, name: string): Promise<string[]> {
  const previous = join(root, `.previous~${name}~${uniqueSuffix()}`)
  try {
    await rename(target, previous)
    return [previous]
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  }
}

/** Removes what writers left that were killed. A previous set is kept as long as nothing has taken its place. */
async function sweepAbandoned(root: string): Promise<void> {
  for (const entry of await readdir(root)) {
    const [, kind, name, pid] = ASIDE.exec(entry) ?? []
    if (name === undefined || isRunning(Number(pid))) continue
    const status = await lstat(join(root, entry)).catch(() => undefined)
    if (status === undefined || Date.now() - status.mtimeMs < ABANDONED_AFTER_MS) continue
    if (kind === 'previous' && !(await pathExists(join(root, name)))) continue
    await rm(join(root, entry), { recursive: true, force: true }).catch(() => undefined)
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

function taken(root: string, name: string): BitwrightError {
  return new BitwrightError({ what: `a data set named ${name} exists already`, where: join(root, name), remedy: 'choose another name, or ask for it to be replaced' })
}
