import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { diskTrouble } from '../files.ts'

/** Lists and notes that data sets keep beside their pictures. All else must be a picture, or is told as broken. */
const NO_PICTURES: ReadonlySet<string> = new Set(['.txt', '.csv', '.tsv', '.xml', '.json', '.md', '.mat', '.html', '.py', '.ini', '.db', '.log', '.yaml', '.yml'])

/** Folders within a class's folder; a link that leads back up would go round for ever. */
const MOST_DEPTH = 8

export interface Entries {
  readonly folders: readonly string[]
  readonly files: readonly string[]
}

/** Names in a folder by code unit, so that the order is the same on every file system. Hidden ones are passed over; links are followed. */
export async function entriesOf(folder: string): Promise<Entries> {
  const folders: string[] = []
  const files: string[] = []
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue
      const kind = entry.isSymbolicLink() ? await stat(join(folder, entry.name)) : entry
      if (kind.isDirectory()) folders.push(entry.name)
      else if (kind.isFile()) files.push(entry.name)
    }
  } catch (error) {
    throw diskTrouble(error, folder)
  }
  return { folders: folders.sort(), files: files.sort() }
}

/** Paths of all files under a folder that could be pictures, in order. `other` is told of those that by their name are not. */
export async function pictureFiles(folder: string, other: (path: string) => void, depth = 0): Promise<string[]> {
  if (depth > MOST_DEPTH) throw new BitwrightError({ what: `expected at most ${MOST_DEPTH} folders within one another`, where: folder, remedy: 'remove a link that leads back, or name a folder further down' })
  const { folders, files } = await entriesOf(folder)
  const found: string[] = []
  for (const name of files) {
    if (NO_PICTURES.has(extname(name).toLowerCase())) other(join(folder, name))
    else found.push(join(folder, name))
  }
  for (const name of folders) for (const path of await pictureFiles(join(folder, name), other, depth + 1)) found.push(path)
  return found
}
