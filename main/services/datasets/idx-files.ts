import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import type { IdxKind } from '../../../core/formats/idx.ts'
import { diskTrouble } from '../files.ts'
import { peekIdxKind } from './idx-file.ts'
import type { SplitName } from './manifest.ts'

export interface IdxPair {
  readonly images: string
  readonly labels: string
}

export interface IdxPaths {
  readonly train: IdxPair
  readonly test: IdxPair | undefined
}

const EXAMPLES = 'train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each also with .gz'
const RENAME = `name the files as MNIST does (${EXAMPLES})`

/**
 * Sorts the files of an IDX data set into training and test, images and labels, by their names: "train", and "t10k" or "test"; and
 * "images" or "idx3", and "labels" or "idx1" (else by the first bytes). From a folder only files whose names say both are taken.
 * One images and one labels file whose names say no split are the training set.
 */
export async function findIdxFiles(paths: readonly string[], log?: (message: string) => void): Promise<IdxPaths> {
  if (paths.length === 0) throw new BitwrightError({ what: 'expected a folder or files to import, found none', remedy: 'name the folder that holds the IDX files' })
  const found = new Map<string, string>()
  for (const path of (await Promise.all(paths.map(path => expand(path, log)))).flat()) {
    const kind = kindOf(path) ?? (await peekIdxKind(path))
    if (kind === undefined) throw new BitwrightError({ what: 'expected an IDX file of images or labels, found neither by name nor by content', where: path, remedy: RENAME })
    const slot = `${splitOf(path) ?? 'unnamed'} ${kind}`
    const other = found.get(slot)
    if (other !== undefined) throw new BitwrightError({ what: `expected one file of ${slot}, found two: ${basename(other)} and ${basename(path)}`, where: path, remedy: 'name the files to import one by one instead of their folder' })
    found.set(slot, path)
  }
  const unnamed = pairOf(found, 'unnamed')
  const train = pairOf(found, 'train')
  if (unnamed !== undefined && found.size > 2) {
    throw new BitwrightError({ what: 'expected names that say train or test, found one that says neither', where: unnamed.images, remedy: RENAME })
  }
  const training = train ?? unnamed
  if (training === undefined) throw new BitwrightError({ what: 'expected training images and labels, found only test files', where: paths.join(', '), remedy: RENAME })
  return { train: training, test: pairOf(found, 'test') }
}

function pairOf(found: ReadonlyMap<string, string>, split: SplitName | 'unnamed'): IdxPair | undefined {
  const images = found.get(`${split} images`)
  const labels = found.get(`${split} labels`)
  if (images !== undefined && labels !== undefined) return { images, labels }
  const alone = images ?? labels
  if (alone === undefined) return undefined
  const [has, lacks] = images === undefined ? ['labels', 'images'] : ['images', 'labels']
  throw new BitwrightError({ what: `expected ${has} and ${lacks} that belong together, found ${has} without ${lacks}`, where: alone, remedy: `add the file of ${lacks}; ${RENAME}` })
}

async function expand(path: string, log?: (message: string) => void): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path, { withFileTypes: true })).filter(entry => !entry.isDirectory()).map(entry => entry.name).sort()
    const taken = names.filter(name => splitOf(name) !== undefined && kindOf(name) !== undefined)
    const left = names.filter(name => !taken.includes(name))
    if (taken.length === 0) throw new BitwrightError({ what: 'expected IDX files, found none by their names', where: path, remedy: RENAME })
    if (left.length > 0) log?.(`left out of ${basename(path)}, by name: ${left.slice(0, 10).join(', ')}${left.length > 10 ? ` and ${left.length - 10} more` : ''}`)
    return taken.map(name => join(path, name))
  } catch (error) {
    throw diskTrouble(error, path)
  }
}

/** Names are read as words between marks, so that "latest" is not taken for a test set. */
function wordsOf(path: string): readonly string[] {
  return basename(path).toLowerCase().split(/[^a-z0-9]+/)
}

function splitOf(path: string): SplitName | undefined {
  const words = wordsOf(path)
  return words.includes('train') ? 'train' : words.includes('t10k') || words.includes('test') ? 'test' : undefined
}

function kindOf(path: string): IdxKind | undefined {
  const words = wordsOf(path)
  return words.includes('images') || words.includes('idx3') ? 'images' : words.includes('labels') || words.includes('idx1') ? 'labels' : undefined
}
