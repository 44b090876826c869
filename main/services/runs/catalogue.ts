import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { isUnderWayState, type Fault } from '../../contract/engine.ts'
import { errorOf, faultOf } from '../../contract/faults.ts'
import { homeFolders } from '../home.ts'
import type { LinesOptions } from './lines.ts'
import { readRun, runIds } from './open.ts'
import { RUN_FILES } from './record.ts'
import { summariseRun, type RunSummary } from './summary.ts'
import { keepSummaries, readSummaries, type Kept } from './summary-cache.ts'

/** A file system's clock may stand still for so long: what was written just before a look may be written again under the same time. */
const CLOCK_MILLISECONDS = 2000
/** Runs read at once. */
const AT_ONCE = 16

/**
 * All runs of a home, of which only those are read again that have changed: files that are replaced change their folder's time, and
 * those that grow their own. Runs under way are read at every look, since whether they still are is not written anywhere.
 */
export class Catalogue {
  readonly #home: string
  readonly #options: LinesOptions
  #kept: Map<string, Kept> | undefined
  #changed = false

  constructor(home: string, options: LinesOptions = {}) {
    this.#home = home
    this.#options = options
  }

  /** Newest first. */
  async list(): Promise<{ runs: RunSummary[]; damaged: { id: string; fault: Fault }[] }> {
    const ids = (await runIds(this.#home)).reverse()
    this.#kept ??= await readSummaries(this.#home)
    const kept = this.#kept
    const there = new Set(ids)
    for (const id of kept.keys()) if (!there.has(id)) kept.delete(id)
    const found = new Map<string, RunSummary | Fault>()
    let next = 0
    const work = async (): Promise<void> => {
      for (let id = ids[next++]; id !== undefined; id = ids[next++]) found.set(id, await this.#look(id, kept))
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const runs: RunSummary[] = []
    const damaged: { id: string; fault: Fault }[] = []
    for (const id of ids) {
      const entry = found.get(id)
      if (entry === undefined) continue
      if ('what' in entry) damaged.push({ id, fault: entry })
      else runs.push(entry)
    }
    if (this.#changed) {
      this.#changed = false
      await keepSummaries(this.#home, kept)
    }
    return { runs, damaged }
  }

  async #look(id: string, all: Map<string, Kept>): Promise<RunSummary | Fault> {
    const directory = join(homeFolders(this.#home).runs, id)
    try {
      const stamp = await stampOf(directory)
      const kept = all.get(id)
      if (kept !== undefined && kept.stamp === stamp.text) return kept.summary
      const run = await readRun(directory)
      const summary = await summariseRun(run, this.#options)
      if (isUnderWayState(run.record.state) || Date.now() - stamp.newest < CLOCK_MILLISECONDS) all.delete(id)
      else {
        all.set(id, { stamp: stamp.text, summary })
        this.#changed = true
      }
      return summary
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      all.delete(id)
      return faultOf(error)
    }
  }
}

/** All runs of a home at one look, oldest first. One that cannot be read is left out and named to `log`. */
export async function listRuns(home: string, options: LinesOptions = {}): Promise<RunSummary[]> {
  const { runs, damaged } = await new Catalogue(home, options).list()
  for (const { id, fault } of damaged) options.log?.(`run ${id} cannot be read: ${errorOf(fault).message}`)
  return runs.reverse()
}

async function stampOf(directory: string): Promise<{ readonly text: string; readonly newest: number }> {
  const files = [directory, join(directory, RUN_FILES.metrics)]
  const stats = await Promise.all(files.map(path => stat(path).catch(() => undefined)))
  return {
    text: stats.map(status => (status ? `${status.ino} ${status.mtimeMs} ${status.size}` : '')).join('|'),
    newest: Math.max(...stats.map(status => status?.mtimeMs ?? 0)),
  }
}
