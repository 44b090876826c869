import { readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { ProjectSchema, type Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { RunIdSchema } from '../../contract/engine.ts'
import { codeOf, diskTrouble, readJson } from '../files.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'
import { readRecord, RUN_FILES, type RunRecord } from './record.ts'

/** A run on disk. */
export interface Run {
  readonly id: string
  readonly directory: string
  readonly record: RunRecord
  readonly project: Project
}

/** Ids of all runs of a home, oldest first. */
export async function runIds(home: string): Promise<string[]> {
  const folder = homeFolders(home).runs
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.filter(entry => (entry.isDirectory() || entry.isSymbolicLink()) && RunIdSchema.safeParse(entry.name).success).map(entry => entry.name).sort()
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw diskTrouble(error, folder)
  }
}

/**
 * The run that a person means: the path of its folder, its id, a beginning of the id that only one has, or `latest`.
 * Throws, with the runs there are, if there is none or more than one.
 */
export async function openRun(home: string, name: string): Promise<Run> {
  if (isAbsolute(name) || /[\\/]/.test(name) || name === '.') return readRun(resolve(name))
  const ids = await runIds(home)
  const folder = homeFolders(home).runs
  if (ids.includes(name)) return readRun(join(folder, name))
  if (name === 'latest') {
    const newest = ids.at(-1)
    if (newest !== undefined) return readRun(join(folder, newest))
  }
  const matches = ids.filter(id => id.startsWith(name))
  if (matches.length === 1) return readRun(join(folder, matches[0] as string))
  if (matches.length > 1) throw new BitwrightError({ what: `"${name}" is the beginning of ${matches.length} runs: ${some(matches)}`, where: folder, remedy: 'write more of the id' })
  throw new BitwrightError({
    what: `there is no run "${name}"`,
    where: folder,
    remedy: ids.length > 0 ? `there are ${some(ids)}` : 'train one first: bitwright train PRESET-or-FILE',
  })
}

/** Throws unless the home has all of these runs, by their whole ids. */
export async function requireRuns(home: string, ids: readonly string[]): Promise<void> {
  const there = new Set(await runIds(home))
  const missing = ids.find(id => !there.has(id))
  if (missing !== undefined) throw new BitwrightError({ what: `there is no run ${missing}`, where: homeFolders(home).runs, remedy: 'look at the list of runs' })
}

/** A run of the home by its whole id. */
export async function runNamed(home: string, id: string): Promise<Run> {
  await requireRuns(home, [id])
  return readRun(await resolveInside(homeFolders(home).runs, id))
}

/** Reads the run in a folder. */
export async function readRun(directory: string): Promise<Run> {
  const kind = await stat(directory).catch((error: unknown) => {
    throw diskTrouble(error, directory)
  })
  if (!kind.isDirectory()) throw new BitwrightError({ what: 'expected the folder of a run, found a file', where: directory, remedy: 'name a run, its folder, or "latest"' })
  const record = await readRecord(directory)
  const project = await readJson(join(directory, RUN_FILES.project), ProjectSchema)
  return { id: record.id, directory, record, project }
}

/** The run that a checkpoint file belongs to, from its place in the run's folder. */
export async function runOfCheckpoint(path: string): Promise<Run> {
  const directory = dirname(dirname(resolve(path)))
  return readRun(directory).catch((cause: unknown) => {
    throw new BitwrightError({ what: 'expected a checkpoint in the folder of its run, which tells the network', where: path, remedy: 'name the run, or the file at its place in RUN/checkpoints', cause })
  })
}

function some(ids: readonly string[]): string {
  const newest = ids.slice(-5).toReversed()
  return `${newest.join(', ')}${ids.length > newest.length ? ` and ${ids.length - newest.length} older` : ''}`
}
