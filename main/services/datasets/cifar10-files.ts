import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { diskTrouble, pathExists } from '../files.ts'

export interface Cifar10Paths {
  /** By number; at least one. */
  readonly batches: readonly string[]
  readonly test: string | undefined
  /** batches.meta.txt. */
  readonly names: string | undefined
}

/** What the archive of the binary version unpacks to. */
export const CIFAR10_FOLDER = 'cifar-10-batches-bin'

const PUBLISHED_BATCHES = 5
const BATCH = /^data_batch_(\d{1,6})(\.bin(?:\.gz)?)?$/i
const TEST = /^test_batch(\.bin(?:\.gz)?)?$/i
const NAMES = /^batches\.meta\.txt$/i
const REMEDY = `name the folder ${CIFAR10_FOLDER}, or its files data_batch_1.bin and on, test_batch.bin and batches.meta.txt, each also with .gz`

/** Sorts the files of CIFAR-10, binary version, by their names. `paths` is their folder (or the one that holds it), or files. */
export async function findCifar10Files(paths: readonly string[], log?: (message: string) => void): Promise<Cifar10Paths> {
  if (paths.length === 0) throw new BitwrightError({ what: 'expected a folder or files to import, found none', remedy: REMEDY })
  const batches = new Map<number, string>()
  const found: { test?: string; names?: string } = {}
  for (const path of (await Promise.all(paths.map(path => expand(path, log)))).flat()) {
    const [, number, extension] = BATCH.exec(basename(path)) ?? []
    if (number !== undefined) {
      refusePickle(path, extension)
      refuseSecond(batches.get(Number(number)), path, `batch ${Number(number)}`)
      batches.set(Number(number), path)
      continue
    }
    const test = TEST.exec(basename(path))
    if (test === null && !NAMES.test(basename(path))) throw new BitwrightError({ what: 'expected a file of CIFAR-10, binary version, found another name', where: path, remedy: REMEDY })
    if (test !== null) refusePickle(path, test[1])
    const slot = test === null ? 'names' : 'test'
    refuseSecond(found[slot], path, slot === 'test' ? 'the test batch' : 'class names')
    found[slot] = path
  }
  const numbers = [...batches.keys()].sort((a, b) => a - b)
  if (numbers.length === 0) throw new BitwrightError({ what: `expected training batches, found none`, where: paths.join(', '), remedy: REMEDY })
  const missing = Array.from({ length: PUBLISHED_BATCHES }, (_, i) => i + 1).filter(number => !batches.has(number))
  if (missing.length > 0) log?.(`training batches that are not here: ${missing.join(', ')} of ${PUBLISHED_BATCHES}; errors will not compare with those of the whole set`)
  return { batches: numbers.map(number => batches.get(number) as string), test: found.test, names: found.names }
}

async function expand(path: string, log?: (message: string) => void): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path, { withFileTypes: true })).filter(entry => !entry.isDirectory()).map(entry => entry.name).sort()
    const taken = names.filter(name => BATCH.test(name) || TEST.test(name) || NAMES.test(name))
    if (taken.length === 0 && (await pathExists(join(path, CIFAR10_FOLDER)))) return await expand(join(path, CIFAR10_FOLDER), log)
    if (taken.length === 0) throw new BitwrightError({ what: 'expected files of CIFAR-10, binary version, found none by their names', where: path, remedy: REMEDY })
    const left = names.filter(name => !taken.includes(name))
    if (left.length > 0) log?.(`left out of ${basename(path)}, by name: ${left.slice(0, 10).join(', ')}${left.length > 10 ? ` and ${left.length - 10} more` : ''}`)
    return taken.map(name => join(path, name))
  } catch (error) {
    throw diskTrouble(error, path)
  }
}

function refusePickle(path: string, extension: string | undefined): void {
  if (extension === undefined) throw new BitwrightError({ what: 'expected data_batch_N.bin of the binary version, found a name without .bin, as the Python version has', where: path, remedy: 'download the binary version: bitwright datasets download cifar10' })
}

function refuseSecond(other: string | undefined, path: string, what: string): void {
  if (other !== undefined) throw new BitwrightError({ what: `expected one file of ${what}, found two: ${basename(other)} and ${basename(path)}`, where: path, remedy: 'remove one of them, or name the files to import one by one' })
}
