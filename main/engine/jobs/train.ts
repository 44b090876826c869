import type { z } from 'zod'
import { START } from '../../../core/training/position.ts'
import { type engineRoutes, type TrainResult } from '../../contract/engine.ts'
import { openForUse } from '../../services/datasets/images.ts'
import { chooseRunId, createRun, ensureRunSpace } from '../../services/runs/create.ts'
import { datasetFingerprint } from '../../services/runs/fingerprint.ts'
import type { JobContext } from '../context.ts'
import { Store } from './recorder.ts'
import { runTraining } from './run.ts'

/** Trains a new run. */
export async function train(context: JobContext, { home, project, dataset: name, limitTrain, run: chosen, launch, waits }: z.output<typeof engineRoutes.train.input>): Promise<TrainResult> {
  const log = (message: string): void => context.log('info', message)
  const warn = (message: string): void => context.log('warning', message)
  const dataset = await openForUse(home, name, { log })
  const id = chosen ?? chooseRunId(project)
  // What is stored is what was trained: with the data set that was used, should that be another than the project's own.
  const own = { ...project, dataset: name }
  return runTraining(context, {
    home, id, project: own, dataset, limitTrain,
    checkpoint: undefined, position: START, waits,
    async store(checkpoint, adapter) {
      await ensureRunSpace(home, 'new', { project, epochs: project.recipe.epochs, checkpoint })
      const about = { ...adapter, id, dataset: { name, sha256: datasetFingerprint(dataset), classes: [...dataset.stored.classes] }, ...(limitTrain !== undefined && { limitTrain }), ...(launch && { launch }) }
      const { run, lock } = await createRun(home, own, about)
      return Store.open(run, lock, START, warn)
    },
  })
}
