import type { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { epochsWanted } from '../../../core/training/position.ts'
import type { OriginSchema, queueRoutes } from '../../contract/app/queue.ts'
import { checkpointNamed, keepCheckpoint } from '../runs/checkpoints.ts'
import { forked } from '../runs/fork.ts'
import { runNamed } from '../runs/open.ts'
import { requireDataset } from '../runs/request.ts'
import { requireRoom, type Engine, type Planned } from './request.ts'

export type ForkRequest = z.output<typeof queueRoutes['queue.fork']['input']>
type Origin = z.output<typeof OriginSchema>

/** Checks a fork as the engine will, and makes its checkpoint stay until then. Throws, with nothing changed, for what may not be. */
export async function planFork(home: string, engine: Engine | undefined, { run: id, checkpoint, set }: ForkRequest): Promise<Planned> {
  const run = await runNamed(home, id)
  const path = await checkpointNamed(run.directory, checkpoint)
  let { recipe } = run.project
  const kept = await keepCheckpoint(run.directory, checkpoint, async at => {
    const { project, position } = forked(run.project, at, set, path)
    await requireDataset(home, project.dataset)
    await requireRoom(engine, project)
    recipe = { ...recipe, epochs: epochsWanted(project.recipe, position) }
  })
  return { project: { ...run.project, recipe }, limitTrain: run.record.limitTrain, parent: { run: id, checkpoint: kept }, sets: [set] }
}

/** Throws, in words for whoever finds the entry failed, if the checkpoint is not there any more. */
export async function requireOrigin(home: string, { run: id, checkpoint }: Origin): Promise<void> {
  try {
    await checkpointNamed((await runNamed(home, id)).directory, checkpoint)
  } catch (cause) {
    if (!(cause instanceof BitwrightError)) throw cause
    throw new BitwrightError({
      what: `the checkpoint at which this fork was to begin is gone: ${cause.what}`,
      ...(cause.where !== undefined && { where: cause.where }),
      remedy: `bring run ${id} back from the trash and fork it again, or fork another checkpoint`,
      cause,
    })
  }
}
