import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import type { TrashedRun } from '../../contract/app/runLibrary.ts'
import { RunIdSchema } from '../../contract/engine.ts'
import { diskTrouble, namesIn, pathExists, syncFolder } from '../files.ts'
import { homeFolders } from '../home.ts'
import { trashFolder } from '../projects/place.ts'
import { acquireLock, type RunLock } from './lock.ts'
import { readNotes } from './notes.ts'
import { readRun, requireRuns } from './open.ts'
import { RUN_FILES } from './record.ts'

/**
 * Moves runs to <home>/trash/runs. All their locks are taken before the first is moved, so that none is under way, or begins to go on
 * meanwhile.
 */
export async function trashRuns(home: string, ids: readonly string[]): Promise<void> {
  const { runs } = homeFolders(home)
  await requireRuns(home, ids)
  const trash = trashFolder(home, 'runs')
  const locks = new Map<string, RunLock>()
  try {
    await mkdir(trash, { recursive: true })
    for (const id of new Set(ids)) {
      if (await pathExists(join(trash, id))) throw new BitwrightError({ what: `the trash has a run ${id} already`, where: trash, remedy: 'empty the trash first' })
      locks.set(id, await acquireLock(join(runs, id, RUN_FILES.lock), { patience: 0 }))
    }
    for (const [id, lock] of locks) {
      const place = join(trash, id)
      await rename(join(runs, id), place)
      lock.moved(join(place, RUN_FILES.lock))
      lock.release()
      // When it was thrown away.
      await utimes(place, new Date(), new Date())
    }
    await syncFolder(trash)
    await syncFolder(runs)
  } catch (error) {
    throw diskTrouble(error, trash)
  } finally {
    for (const lock of locks.values()) lock.release()
  }
}

/** Brings runs back. Refused as a whole if one is not in the trash, or its id is taken. */
export async function restoreRuns(home: string, ids: readonly string[]): Promise<void> {
  const { runs } = homeFolders(home)
  const trash = trashFolder(home, 'runs')
  const there = new Set(await trashedIds(home))
  for (const id of ids) {
    if (!there.has(id)) throw new BitwrightError({ what: `there is no run ${id} in the trash`, where: trash, remedy: 'look into that folder' })
    if (await pathExists(join(runs, id))) throw new BitwrightError({ what: `there is a run ${id} already`, where: runs, remedy: 'move that one to the trash first' })
  }
  try {
    await mkdir(runs, { recursive: true })
    for (const id of new Set(ids)) await rename(join(trash, id), join(runs, id))
    await syncFolder(runs)
  } catch (error) {
    throw diskTrouble(error, trash)
  }
}

/** What is in the trash, the last thrown away first; of one that cannot be read, its id is its name. */
export async function trashedRuns(home: string): Promise<TrashedRun[]> {
  const trash = trashFolder(home, 'runs')
  const all = await Promise.all((await trashedIds(home)).map(async id => {
    const directory = join(trash, id)
    const name = await readRun(directory).then(async ({ project }) => (await readNotes(directory)).name ?? project.name).catch(() => id)
    return { id, name, trashed: (await stat(directory)).mtime.toISOString(), bytes: await bytesUnder(directory) }
  }))
  return all.sort((a, b) => (a.trashed < b.trashed ? 1 : -1))
}

/** Deletes for good what is in the trash: these, or all. */
export async function emptyRunTrash(home: string, ids?: readonly string[]): Promise<{ removed: number; bytes: number }> {
  const trash = trashFolder(home, 'runs')
  const there = await trashedIds(home)
  const wanted = ids === undefined ? there : there.filter(id => ids.includes(id))
  let bytes = 0
  for (const id of wanted) {
    bytes += await bytesUnder(join(trash, id))
    await rm(join(trash, id), { recursive: true, force: true }).catch((error: unknown) => {
      throw diskTrouble(error, join(trash, id))
    })
  }
  return { removed: wanted.length, bytes }
}

async function trashedIds(home: string): Promise<string[]> {
  return (await namesIn(trashFolder(home, 'runs'))).filter(name => RunIdSchema.safeParse(name).success)
}

/** Of files that are one on the disk, such as an epoch's checkpoint and the best, each counts once. */
async function bytesUnder(folder: string): Promise<number> {
  const seen = new Map<bigint, number>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const status = await stat(join(entry.parentPath, entry.name), { bigint: true }).catch(() => undefined)
    if (status) seen.set(status.ino, Number(status.size))
  }
  return [...seen.values()].reduce((sum, size) => sum + size, 0)
}
