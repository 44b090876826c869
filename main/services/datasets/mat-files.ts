import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { diskTrouble } from '../files.ts'

export interface MatPaths {
  readonly train: string
  readonly test: string | undefined
  readonly extra: string | undefined
}

type Role = keyof MatPaths
const ROLES = ['train', 'test', 'extra'] as const satisfies readonly Role[]
const REMEDY = 'name the files as SVHN does: train_32x32.mat, test_32x32.mat and extra_32x32.mat'

/**
 * Tells training, test and extra files apart by a word of their names. `paths` is a folder or files; a single file may have any name
 * and is for training.
 */
export async function findMatFiles(paths: readonly string[], log?: (message: string) => void): Promise<MatPaths> {
  if (paths.length === 0) throw new BitwrightError({ what: 'expected a folder or files to import, found none', remedy: REMEDY })
  const files = (await Promise.all(paths.map(path => expand(path, log)))).flat()
  const found = new Map<Role, string>()
  for (const path of files) {
    const role = roleOf(path) ?? (files.length === 1 ? 'train' : undefined)
    if (role === undefined) throw new BitwrightError({ what: 'expected a name that says train, test or extra, found none of these words', where: path, remedy: REMEDY })
    const other = found.get(role)
    if (other !== undefined) throw new BitwrightError({ what: `expected one ${role} file, found two: ${basename(other)} and ${basename(path)}`, where: path, remedy: 'name the files to import one by one instead of their folder' })
    found.set(role, path)
  }
  const train = found.get('train')
  if (train === undefined) throw new BitwrightError({ what: `expected a training file, found only ${[...found.keys()].join(' and ')}`, where: paths.join(', '), remedy: REMEDY })
  return { train, test: found.get('test'), extra: found.get('extra') }
}

async function expand(path: string, log?: (message: string) => void): Promise<string[]> {
  try {
    if (!(await stat(path)).isDirectory()) return [path]
    const names = (await readdir(path, { withFileTypes: true })).filter(entry => !entry.isDirectory() && /\.mat$/i.test(entry.name)).map(entry => entry.name).sort()
    const taken = names.length === 1 ? names : names.filter(name => roleOf(name) !== undefined)
    if (taken.length === 0) throw new BitwrightError({ what: 'expected MAT-files, found none by their names', where: path, remedy: REMEDY })
    const left = names.filter(name => !taken.includes(name))
    if (left.length > 0) log?.(`left out of ${basename(path)}, by name: ${left.slice(0, 10).join(', ')}${left.length > 10 ? ` and ${left.length - 10} more` : ''}`)
    return taken.map(name => join(path, name))
  } catch (error) {
    throw diskTrouble(error, path)
  }
}

function roleOf(path: string): Role | undefined {
  const words = basename(path).toLowerCase().split(/[^a-z0-9]+/)
  return ROLES.find(role => words.includes(role))
}
