import { access, constants, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { pathExists } from '../services/files.ts'

export const FolderSchema = z.strictObject({
  name: z.string(),
  path: z.string(),
  exists: z.boolean(),
  /** Whether it, or the folder it would be made in, can be written to. */
  writable: z.boolean(),
  /** On the disk that holds it, for this user; null where the file system does not tell. */
  freeBytes: z.int().min(0).nullable(),
})
export type Folder = z.infer<typeof FolderSchema>

/** What can be said of a folder that may not be there yet. Changes nothing. */
export async function lookAt(name: string, path: string): Promise<Folder> {
  const standing = await deepestExisting(path)
  const writable = await access(standing, constants.W_OK | constants.X_OK).then(() => true, () => false)
  const freeBytes = await statfs(standing).then(({ bavail, bsize }) => bavail * bsize, () => null)
  return { name, path, exists: standing === path, writable, freeBytes }
}

async function deepestExisting(path: string): Promise<string> {
  for (let candidate = path; ; candidate = dirname(candidate)) {
    if (dirname(candidate) === candidate || (await pathExists(candidate))) return candidate
  }
}
