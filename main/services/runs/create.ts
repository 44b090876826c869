import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { codeOf, diskTrouble, ensureSpace, syncFolder, uniqueSuffix, writeSynced } from '../files.ts'
import { homeFolders } from '../home.ts'
import { bitsBytes, bitsEpochs, mostBits } from './bits.ts'
import { newRunId } from './identity.ts'
import { acquireLock, type RunLock } from './lock.ts'
import type { Run } from './open.ts'
import { bitwrightVersion, jsonFile, RUN_FILES, type RunRecord } from './record.ts'

export type NewRun = Pick<RunRecord, 'id' | 'adapter' | 'driver' | 'dataset' | 'limitTrain' | 'launch' | 'parent' | 'epochs'>

/** Checkpoints that exist at once at most: two epochs', best, last, and the one being written. A run that goes on has most of them. */
const CHECKPOINTS = { new: 5, going: 2 } as const
const STALE_MILLISECONDS = 60 * 60 * 1000

/** An id for a run about to be made from `project`. */
export function chooseRunId(project: Project): string {
  return newRunId(project.name, new Date())
}

export interface RunNeeds {
  readonly project: Project
  /** Epochs in all. */
  readonly epochs: number
  /** Bytes of a checkpoint. */
  readonly checkpoint: number
}

/** Throws unless the disk has room for all that a run keeps at once: checkpoints, and the bits of its epochs. `folder` is the home for a new one, else the run's. */
export async function ensureRunSpace(folder: string, run: keyof typeof CHECKPOINTS, { project, epochs, checkpoint }: RunNeeds): Promise<void> {
  const there = run === 'new' ? 0 : (await bitsEpochs(folder)).length
  await ensureSpace(folder, checkpoint * CHECKPOINTS[run] + bitsBytes(project) * Math.max(0, mostBits(epochs) - there))
}

/**
 * Makes a run's folder, whole from the first moment: it is filled under another name, with what `fill` adds, and renamed. The caller holds
 * its lock from then on.
 */
export async function createRun(home: string, project: Project, about: NewRun, fill?: (directory: string) => Promise<void>): Promise<{ readonly run: Run; readonly lock: RunLock }> {
  const { runs } = homeFolders(home)
  const directory = join(runs, about.id)
  const record: RunRecord = { version: 1, created: new Date().toISOString(), state: 'preparing', bitwright: bitwrightVersion(), pid: process.pid, ...about }
  const temporary = join(runs, `.new-${uniqueSuffix()}`)
  try {
    await mkdir(runs, { recursive: true })
    await removeStale(runs)
    await mkdir(join(temporary, RUN_FILES.checkpoints), { recursive: true })
    const lock = await acquireLock(join(temporary, RUN_FILES.lock))
    try {
      await writeSynced(join(temporary, RUN_FILES.record), jsonFile(record))
      await writeSynced(join(temporary, RUN_FILES.project), jsonFile(project))
      await writeSynced(join(temporary, RUN_FILES.metrics), '')
      await writeSynced(join(temporary, RUN_FILES.events), '')
      await fill?.(temporary)
      await syncFolder(temporary)
      await rename(temporary, directory)
      lock.moved(join(directory, RUN_FILES.lock))
      await syncFolder(runs)
    } catch (error) {
      lock.release()
      throw error
    }
    return { run: { id: about.id, directory, record, project }, lock }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined)
    if (['ENOTEMPTY', 'EEXIST'].includes(codeOf(error) ?? '')) throw new BitwrightError({ what: `a run "${about.id}" exists already`, where: runs, remedy: 'try again', cause: error })
    throw diskTrouble(error, directory)
  }
}

/** Folders of runs that were being made when their process was killed. */
async function removeStale(runs: string): Promise<void> {
  for (const name of await readdir(runs)) {
    if (!name.startsWith('.new-')) continue
    const path = join(runs, name)
    const changed = await stat(path).then(({ mtimeMs }) => mtimeMs, () => Date.now())
    if (Date.now() - changed > STALE_MILLISECONDS) await rm(path, { recursive: true, force: true })
  }
}
