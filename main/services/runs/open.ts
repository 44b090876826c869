import { readdir, stat } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { ProjectSchema, type Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { EpochRecord } from '../../../core/training/position.ts'
import { isBetter } from '../../../core/training/position.ts'
import { RunIdSchema, type Fault } from '../../contract/engine.ts'
import { codeOf, diskTrouble, readJson } from '../files.ts'
import { homeFolders } from '../home.ts'
import type { LinesOptions } from './lines.ts'
import { isLocked } from './lock.ts'
import { readMetrics } from './metrics.ts'
import { readRecord, RUN_FILES, type RunRecord } from './record.ts'

/** A run on disk. */
export interface Run {
  readonly id: string
  readonly directory: string
  readonly record: RunRecord
  readonly project: Project
}

/** What a list of runs says of each. */
export interface RunSummary {
  readonly id: string
  readonly directory: string
  readonly created: string
  readonly state: RunRecord['state']
  /** It was under way when its engine ended without a word; `state` is then `stopped`. */
  readonly interrupted: boolean
  readonly fault: Fault | undefined
  readonly project: string
  readonly dataset: string
  readonly adapter: string
  /** Finished epochs, of so many. */
  readonly epochs: number
  readonly epochsWanted: number
  readonly best: EpochRecord | null
}

const UNDER_WAY: readonly RunRecord['state'][] = ['queued', 'preparing', 'running', 'pausing', 'paused']

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

/** All runs of a home, oldest first. One that cannot be read is left out and named to `log`. */
export async function listRuns(home: string, options: LinesOptions = {}): Promise<RunSummary[]> {
  const summaries: RunSummary[] = []
  for (const id of await runIds(home)) {
    try {
      summaries.push(await summariseRun(await readRun(join(homeFolders(home).runs, id)), options))
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      options.log?.(`run ${id} cannot be read: ${error.message}`)
    }
  }
  return summaries
}

export async function summariseRun({ id, directory, record, project }: Run, options: LinesOptions = {}): Promise<RunSummary> {
  const metrics = await readMetrics(directory, options)
  const interrupted = UNDER_WAY.includes(record.state) && !(await isLocked(join(directory, RUN_FILES.lock)))
  const { selection, epochs } = project.recipe
  const best = metrics.reduce<EpochRecord | null>((champion, candidate) => (isBetter(candidate, champion, selection) ? candidate : champion), null)
  return {
    id,
    directory,
    created: record.created,
    state: interrupted ? 'stopped' : record.state,
    interrupted,
    fault: record.fault,
    project: project.name,
    dataset: record.dataset.name,
    adapter: record.adapter,
    epochs: metrics.length,
    epochsWanted: epochs,
    best,
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
