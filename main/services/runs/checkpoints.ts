import { copyFile, link, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import type { Position } from '../../../core/training/position.ts'
import { codeOf, diskTrouble, namesIn, syncFolder, uniqueSuffix } from '../files.ts'
import { Checkpoint } from './checkpoint-read.ts'
import { notesOf, type CheckpointNotes } from './checkpoint-format.ts'
import { writeCheckpoint, type TensorSource } from './checkpoint-write.ts'
import { isLinkless } from './lock.ts'
import type { Run } from './open.ts'
import { RUN_FILES } from './record.ts'

export { notesOf }

const LAST = 'last.safetensors'
const BEST = 'best.safetensors'
const STEP = /^step-\d+\.safetensors$/
const EPOCH = /^epoch-([1-9]\d{0,6})\.safetensors$/
/** Epochs' files kept besides best and last. */
const EPOCHS_KEPT = 2

export function checkpointFolder(directory: string): string {
  return join(directory, RUN_FILES.checkpoints)
}

export interface Saved {
  /** Name in the folder of checkpoints. */
  readonly file: string
  readonly bytes: number
}

/**
 * Keeps the state at the end of an epoch: epoch-N, then, as links to it, best if it is the best so far, and last. Each is a whole
 * checkpoint at any moment, the old or the new. `last` comes last: a run killed before goes on from the old one and does the
 * epoch again, so that none ends with a best of an earlier epoch.
 */
export async function saveEpoch(directory: string, sources: readonly TensorSource[], notes: CheckpointNotes, best: boolean): Promise<Saved> {
  const folder = checkpointFolder(directory)
  const file = `epoch-${notes.position.epoch}.safetensors`
  const bytes = await writeCheckpoint(join(folder, file), sources, notes)
  if (best) await linkOver(folder, file, BEST)
  await linkOver(folder, file, LAST)
  await syncFolder(folder)
  await pruneEpochs(directory, notes.position.epoch)
  return { file, bytes }
}

/**
 * Of epochs up to `epoch` keeps the newest, and one to fall back on. Files of later ones, left by a run that had to go back,
 * are of no use any more.
 */
export async function pruneEpochs(directory: string, epoch: number): Promise<void> {
  const folder = checkpointFolder(directory)
  const files = await epochFiles(folder)
  const kept = files.filter(file => file.epoch <= epoch).slice(0, EPOCHS_KEPT)
  for (const file of files) if (!kept.includes(file)) await rm(join(folder, file.name), { force: true })
}

/** Keeps a place within an epoch as `last`, a file of its own: the newest epoch's stays good beside it. */
export async function saveLast(directory: string, sources: readonly TensorSource[], notes: CheckpointNotes): Promise<Saved> {
  return { file: LAST, bytes: await writeCheckpoint(join(checkpointFolder(directory), LAST), sources, notes) }
}

/** Keeps a place that a person asked for, `last` as another name of it. Such files stay. */
export async function saveStep(directory: string, sources: readonly TensorSource[], notes: CheckpointNotes): Promise<Saved> {
  const folder = checkpointFolder(directory)
  const file = `step-${notes.position.step}.safetensors`
  const bytes = await writeCheckpoint(join(folder, file), sources, notes)
  await linkOver(folder, file, LAST)
  await syncFolder(folder)
  return { file, bytes }
}

/**
 * Makes a checkpoint stay, whatever becomes of best, last or the epochs' files: under the name that saveStep would have given it, which is
 * returned. `check` is asked about its place first, and may throw: then nothing is changed. Needs no lock.
 */
export async function keepCheckpoint(directory: string, file: string, check: (at: Position) => Promise<void>): Promise<string> {
  const folder = checkpointFolder(directory)
  if (STEP.test(file)) {
    await check(await Checkpoint.position(join(folder, file)))
    return file
  }
  const kept = await linkOver(folder, file, async linked => {
    // Of the link: under its own name there may be another one by now.
    const position = await Checkpoint.position(linked)
    await check(position)
    return `step-${position.step}.safetensors`
  })
  await syncFolder(folder)
  return kept
}

/** Gives `source` another name, which is returned, replacing what that was; a copy where the file system has no links. The name may depend on what has been linked. */
async function linkOver(folder: string, source: string, choose: string | ((linked: string) => Promise<string>)): Promise<string> {
  const temporary = join(folder, `.${source}.${uniqueSuffix()}.tmp`)
  try {
    try {
      await link(join(folder, source), temporary)
    } catch (error) {
      if (!isLinkless(error)) throw error
      await copyFile(join(folder, source), temporary)
      const file = await open(temporary, 'r+')
      await file.sync().finally(() => file.close())
    }
    const name = typeof choose === 'string' ? choose : await choose(temporary)
    await rename(temporary, join(folder, name))
    return name
  } catch (error) {
    throw diskTrouble(error, join(folder, source))
  } finally {
    // rename() of two names of one file does nothing (POSIX), so the temporary may still be there.
    await rm(temporary, { force: true }).catch(() => undefined)
  }
}

/** Where a run's best and last checkpoints are, if there are any. */
export function checkpointPlaces(directory: string): { readonly best: string; readonly last: string } {
  const folder = checkpointFolder(directory)
  return { best: join(folder, BEST), last: join(folder, LAST) }
}

/** Checkpoints that are kept of ends of epochs, newest first. */
export async function epochCheckpoints(directory: string): Promise<{ readonly epoch: number; readonly path: string }[]> {
  const folder = checkpointFolder(directory)
  return (await epochFiles(folder)).map(({ epoch, name }) => ({ epoch, path: join(folder, name) }))
}

/** Files of epochs, newest first. */
async function epochFiles(folder: string): Promise<{ readonly epoch: number; readonly name: string }[]> {
  return (await namesIn(folder)).flatMap(name => {
    const epoch = EPOCH.exec(name)?.[1]
    return epoch === undefined ? [] : [{ epoch: Number(epoch), name }]
  }).sort((a, b) => b.epoch - a.epoch)
}

/** A run's checkpoint files, newest first. */
export async function checkpointFiles(directory: string): Promise<{ file: string; bytes: number; written: string }[]> {
  const folder = checkpointFolder(directory)
  const names = (await namesIn(folder).catch(() => [])).filter(name => name.endsWith('.safetensors') && !name.startsWith('.'))
  const files = await Promise.all(names.map(async file => {
    // One may be replaced meanwhile: then it is not there any more.
    const status = await stat(join(folder, file)).catch(() => undefined)
    return status === undefined ? [] : [{ file, bytes: status.size, written: status.mtime.toISOString() }]
  }))
  return files.flat().sort((a, b) => (a.written < b.written ? 1 : -1))
}

/** Path of one of a run's checkpoint files by its name. */
export async function checkpointNamed(directory: string, name: string): Promise<string> {
  const files = (await checkpointFiles(directory)).map(({ file }) => file)
  if (!files.includes(name)) throw new BitwrightError({ what: `there is no checkpoint ${name}`, where: directory, remedy: files.length > 0 ? `choose one of ${files.join(', ')}` : 'let it train for an epoch' })
  return join(checkpointFolder(directory), name)
}

/** Removes what a killed engine left half-written, but not what others who want the lock are writing. For its holder. */
export async function tidyRun(directory: string): Promise<void> {
  // Runs made before there were bits of epochs have no folder of them.
  for (const place of [directory, checkpointFolder(directory), join(directory, RUN_FILES.bits)]) {
    for (const name of await namesIn(place)) if (/^\.(?!lock\.).+\.tmp$/.test(name)) await rm(join(place, name), { force: true })
  }
}

export type Warn = (message: string) => void

/** The newest good checkpoint: last, then epochs from the newest, then best. Undefined if none was written yet. */
export async function openLatest(run: Run, warn: Warn): Promise<Checkpoint | undefined> {
  const folder = checkpointFolder(run.directory)
  return firstGood(run, [LAST, ...(await epochFiles(folder)).map(({ name }) => name), BEST], warn)
}

/** The checkpoint of the best epoch, or the newest one where there is no best yet. A damaged one is refused, not replaced by another epoch's. */
export async function openBest(run: Run, warn: Warn): Promise<Checkpoint | undefined> {
  const best = await firstGood(run, [BEST], warn).catch(async (damage: unknown) => {
    // Links share their fate, but after a copy, or where last was written within an epoch, the same epoch may have a good file.
    const latest = await openLatest(run, warn)
    const epoch = latest?.notes.position.best?.epoch
    await latest?.close()
    const twin = epoch === undefined ? undefined : await firstGood(run, [`epoch-${epoch}.safetensors`], warn).catch(() => undefined)
    if (!twin) throw damage
    return twin
  })
  return best ?? openLatest(run, warn)
}

/** A checkpoint by file: of `run`, whose project it must have been written for. */
export function openCheckpoint(run: Run, path: string): Promise<Checkpoint> {
  return Checkpoint.of(run.project, path)
}

async function firstGood(run: Run, names: readonly string[], warn: Warn): Promise<Checkpoint | undefined> {
  const folder = checkpointFolder(run.directory)
  const damaged: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    try {
      const checkpoint = await openCheckpoint(run, path)
      if (damaged.length > 0) warn(`using ${path} (${placeOf(checkpoint.notes.position)}) instead`)
      return checkpoint
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      if (codeOf(error.cause) === 'ENOENT') continue
      damaged.push(name)
      warn(`checkpoint ${path} cannot be used: ${error.message}`)
    }
  }
  if (damaged.length === 0) return undefined
  throw new BitwrightError({
    what: `expected a good checkpoint, found ${damaged.join(', ')} damaged`,
    where: folder,
    remedy: 'restore a checkpoint from a copy, or train anew',
  })
}

/** Where a checkpoint stands, in words. */
export function placeOf({ epoch, batch, step }: Position): string {
  return batch === 0 ? `after epoch ${epoch}, step ${step}` : `epoch ${epoch + 1}, batch ${batch}, step ${step}`
}
