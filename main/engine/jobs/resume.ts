import { join } from 'node:path'
import type { z } from 'zod'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { type engineRoutes, type TrainResult } from '../../contract/engine.ts'
import { writeAtomic } from '../../services/files.ts'
import { epochsWanted, START, type Position } from '../../../core/training/position.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import { openLatest, placeOf, pruneEpochs, tidyRun } from '../../services/runs/checkpoints.ts'
import { dependsOnEpochs } from '../../services/runs/fingerprint.ts'
import { ensureRunSpace } from '../../services/runs/create.ts'
import { acquireLock } from '../../services/runs/lock.ts'
import { openRun, readRun, type Run } from '../../services/runs/open.ts'
import { jsonFile, RUN_FILES, writeRecord } from '../../services/runs/record.ts'
import type { JobContext } from '../context.ts'
import { imagesOfRun } from './images.ts'
import { Store } from './recorder.ts'
import { figuresOf, runTraining } from './run.ts'

/** Goes on with a run from its newest good checkpoint, exactly as if it had not stopped; from the start if it has none yet. */
export async function resume(context: JobContext, { home, run: name, epochs, waits }: z.output<typeof engineRoutes.resume.input>): Promise<TrainResult> {
  const { directory } = await openRun(home, name)
  const lock = await acquireLock(join(directory, RUN_FILES.lock))
  try {
    // Read again: whoever held the lock may have written.
    const run = await readRun(directory)
    await tidyRun(directory)
    const warnings: string[] = []
    const checkpoint = await openLatest(run, message => {
      warnings.push(message)
      context.log('warning', message)
    })
    // Of another version, or taken away: begun anew it would be another run.
    if (checkpoint === undefined && run.record.parent) throw new BitwrightError({ what: 'this run began at a checkpoint of another run, and has none of its own to go on from', where: directory, remedy: `fork ${run.record.parent.run} again` })
    try {
      return await goOn(context, home, run, checkpoint, { epochs, waits }, warnings, lock)
    } finally {
      await checkpoint?.close()
    }
  } finally {
    lock.release()
  }
}

async function goOn(context: JobContext, home: string, run: Run, checkpoint: Checkpoint | undefined, { epochs, waits }: { readonly epochs: number | undefined; readonly waits: boolean }, warnings: readonly string[], lock: Awaited<ReturnType<typeof acquireLock>>): Promise<TrainResult> {
  const { directory, record, id } = run
  const position = asked(checkpoint?.notes.position ?? START, epochs)
  const project = prolonged(run.project, epochs, position.epoch, directory)
  const { recipe } = project
  if (checkpoint && (position.epoch >= epochsWanted(recipe, position) || (recipe.patience > 0 && position.sinceBest >= recipe.patience))) {
    context.log('info', `run ${id} has already finished its ${position.epoch} epochs`)
    // It may have been killed between its last checkpoint and what follows that.
    await pruneEpochs(directory, position.epoch)
    if (record.state !== 'finished') await writeRecord(directory, finished(run))
    return { ...figuresOf(position), run: id, directory, state: 'finished', seconds: 0, imagesPerSecond: 0, deviceWaitShare: 0, adapter: record.adapter, memory: null }
  }
  const dataset = await imagesOfRun(context, home, run)
  return runTraining(context, {
    home, id, project, dataset, checkpoint, position, waits,
    limitTrain: record.limitTrain,
    async store(bytes, { adapter }, from) {
      await ensureRunSpace(directory, 'going', { project, epochs: epochsWanted(recipe, from), checkpoint: bytes })
      if (adapter !== record.adapter) context.log('warning', `this run began on ${record.adapter}; on ${adapter} its figures may differ in the last digits`)
      if (project !== run.project) await writeAtomic(join(directory, RUN_FILES.project), jsonFile(project))
      const { fault: _, ended: __, epochs: ___, ...rest } = record
      const current = { ...rest, state: 'preparing' as const, pid: process.pid, ...(from.changes?.epochs !== undefined && { epochs: from.changes.epochs }) }
      await writeRecord(directory, current)
      const store = await Store.open({ ...run, project, record: current }, lock, from, message => context.log('warning', message))
      for (const message of warnings) await store.event({ kind: 'warning', message })
      const { epoch, batch, step } = from
      await store.event({ kind: 'resume', ...(checkpoint && { file: checkpoint.path.split(/[\\/]/).at(-1) }), epoch, batch, step, adapter })
      context.log('info', checkpoint ? `run ${id} goes on from ${placeOf(from)}` : `run ${id} has no checkpoint yet and begins anew`)
      return store
    },
  })
}

/** Epochs that are asked for now take the place of those asked for while the run was under way. */
function asked({ changes, ...position }: Position, epochs: number | undefined): Position {
  if (!changes) return position
  const { epochs: _, ...others } = changes
  const kept = epochs === undefined ? changes : others
  return { ...position, ...(Object.keys(kept).length > 0 && { changes: kept }) }
}

function finished({ record: { fault: _, pid: __, ...record } }: Run): Run['record'] {
  return { ...record, state: 'finished' }
}

/** The project with another number of epochs. Refused where every epoch's learning rate would be another then. */
function prolonged(project: Project, epochs: number | undefined, done: number, where: string): Project {
  const { recipe } = project
  if (epochs === undefined) return project
  if (epochs < done) throw new BitwrightError({ what: `expected at least the ${done} epochs that are finished, found ${epochs}`, where, remedy: `ask for more than ${done} epochs` })
  if (epochs === recipe.epochs) return project
  if (dependsOnEpochs(project)) {
    throw new BitwrightError({
      what: `the learning rate falls from epoch to epoch to its end at epoch ${recipe.epochs}, so with ${epochs} epochs every epoch would have had another rate`,
      where,
      remedy: `train anew with --epochs ${epochs}, or resume without --epochs`,
    })
  }
  return { ...project, recipe: { ...recipe, epochs } }
}
