import { mkdir, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { bytesText } from '../../../core/architecture/wording.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { CIFAR_FILE_IMAGES, CIFAR_RECORD } from '../../../core/formats/cifar.ts'
import { diskTrouble } from '../files.ts'
import { acquireLock, isLocked } from '../runs/lock.ts'
import { CIFAR10_FOLDER } from './cifar10-files.ts'
import { downloadFile, type DownloadOptions } from './download-file.ts'
import { importCifar10 } from './import-cifar10.ts'
import { importIdx } from './import-idx.ts'
import { importMat } from './import-mat.ts'
import { admitName, type ImportOptions } from './importing.ts'
import type { DatasetSummary } from './manifest.ts'
import { remoteSets, type RemoteFile, type RemoteName, type RemoteSet } from './sources.ts'
import { unpackTar } from './unpack-tar.ts'

/** A folder for each set, such as https://mirror/mnist/; for those who keep their own copies. */
export const MIRROR_VARIABLE = 'BITWRIGHT_MIRROR'

export interface DownloadSetOptions extends Omit<ImportOptions, 'test'>, Pick<DownloadOptions, 'patience'> {
  /** What to call it; the name it is known by if left out. */
  readonly name?: string | undefined
  /** With the files that are fetched only on request: SVHN's extra images. */
  readonly extra?: boolean | undefined
  /** Address of a folder that holds the files, instead of the known ones. */
  readonly from?: string | undefined
  /** Keeps what was downloaded under <home>/downloads. */
  readonly keep?: boolean | undefined
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Other sets than the published ones. */
  readonly sets?: Readonly<Record<RemoteName, RemoteSet>> | undefined
}

/**
 * Fetches a published data set and imports it into `home` (which exists). Files are fetched into <home>/downloads/<set>, one after
 * another; what is there when it is broken off is used by the next call. They are removed when the data set is stored.
 */
export async function downloadDataset(home: string, known: RemoteName, options: DownloadSetOptions = {}): Promise<DatasetSummary> {
  const { name = known, extra = false, keep = false, log, signal, replace, sets = remoteSets } = options
  const set = sets[known]
  await admitName(home, name, replace)
  if (extra && !set.files.some(file => file.extra)) throw new BitwrightError({ what: `expected --extra for a set that has extra files (svhn), found it for ${known}`, where: '--extra', remedy: 'leave it out' })
  const bases = basesOf(known, set, options)
  const files = set.files.filter(file => extra || file.extra !== true)
  const folder = join(home, 'downloads', known)
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw diskTrouble(error, folder)
  })
  const lockPath = join(folder, '.lock')
  if (await isLocked(lockPath)) throw new BitwrightError({ what: `${known} is being downloaded already`, where: folder, remedy: 'wait until that has ended, or stop it' })
  const lock = await acquireLock(lockPath, { patience: 0 })
  try {
    log?.(`${set.title}: ${files.length} ${files.length === 1 ? 'file' : 'files'}, ${bytesText(files.reduce((sum, { bytes }) => sum + bytes, 0))}`)
    for (const file of set.files) if (file.extra === true && !extra) log?.(`without ${file.name} (${bytesText(file.bytes)}), which --extra adds`)
    const paths: string[] = []
    for (const [index, file] of files.entries()) {
      const label = files.length === 1 ? file.name : `${file.name} (${index + 1} of ${files.length})`
      log?.(`fetching ${label}, ${bytesText(file.bytes)}${file.digest === undefined ? '; no checksum is known, its size and structure are checked' : ''}`)
      const meter = new Meter(file)
      paths.push(await downloadFile(folder, file, bases, { ...options, progress: (_, done) => options.progress?.(`${file.name} ${meter.text(done)}`, done / file.bytes) }))
    }
    const summary = await importFiles(home, set, paths, name, options)
    signal?.throwIfAborted()
    if (!keep) for (const path of paths) await rm(path, { force: true })
    return summary
  } finally {
    lock.release()
    // Succeeds if nothing is left in it.
    await rmdir(folder).catch(() => undefined)
  }
}

async function importFiles(home: string, set: RemoteSet, paths: readonly string[], name: string, { replace, log, signal, progress }: DownloadSetOptions): Promise<DatasetSummary> {
  const options: ImportOptions = { replace, log, signal, progress }
  if (set.kind === 'idx') return importIdx(home, paths, name, { ...options, classes: set.classes })
  if (set.kind === 'mat') return importMat(home, paths, name, options)
  return importArchive(home, paths[0] ?? '', name, options)
}

/** Unpacks CIFAR-10's archive beside itself, imports it, and removes what was unpacked. */
async function importArchive(home: string, archive: string, name: string, options: ImportOptions): Promise<DatasetSummary> {
  const folder = join(dirname(archive), 'unpacked')
  options.log?.(`unpacking ${archive}`)
  try {
    // Of an earlier one that was killed: the folder is locked.
    await rm(folder, { recursive: true, force: true })
    const inside = join(folder, CIFAR10_FOLDER)
    await mkdir(inside, { recursive: true })
    await unpackTar(archive, inside, wantedOfCifar10, options.signal)
    return await importCifar10(home, [inside], name, options)
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

function wantedOfCifar10(name: string): number | undefined {
  if (name === 'batches.meta.txt') return 2 ** 16
  return /^(data_batch_\d+|test_batch)\.bin$/.test(name) ? CIFAR_FILE_IMAGES * CIFAR_RECORD : undefined
}

function basesOf(known: RemoteName, { bases }: RemoteSet, { from, env = process.env }: DownloadSetOptions): readonly string[] {
  const mirror = env[MIRROR_VARIABLE]
  const [given, where] = from !== undefined ? [from, '--from'] : mirror ? [`${folderOf(mirror)}${known}/`, MIRROR_VARIABLE] : [undefined, '']
  if (given === undefined) return bases
  const url = URL.canParse(given) ? new URL(folderOf(given)) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') throw new BitwrightError({ what: `expected an address that begins with http:// or https://, found ${JSON.stringify(given)}`, where, remedy: 'give the address of a folder that holds the files' })
  return [url.href]
}

function folderOf(address: string): string {
  return address.endsWith('/') ? address : `${address}/`
}

/** Speed of what has come since the file was begun or gone on with. */
class Meter {
  readonly #file: RemoteFile
  readonly #begun = performance.now()
  #first: number | undefined

  constructor(file: RemoteFile) {
    this.#file = file
  }

  text(done: number): string {
    this.#first ??= done
    const seconds = (performance.now() - this.#begun) / 1000
    const speed = seconds > 0 ? (done - this.#first) / seconds : 0
    return `${bytesText(done)} of ${bytesText(this.#file.bytes)}${speed > 0 ? `, ${bytesText(Math.round(speed))}/s` : ''}`
  }
}
