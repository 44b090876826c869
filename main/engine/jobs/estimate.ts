import type { z } from 'zod'
import { identityOrder, trainingBatches } from '../../../core/data/batches.ts'
import { requireMemory } from '../../../core/training/memoryPlan.ts'
import { Session } from '../../../core/training/session.ts'
import type { Splits } from '../../../core/training/trainer.ts'
import type { engineRoutes } from '../../contract/engine.ts'
import { openForUse, openImages } from '../../services/datasets/images.ts'
import { limitsOf } from '../budget.ts'
import type { JobContext } from '../context.ts'
import { nodeHost } from '../dawn.ts'
import { fitFor } from './fitting.ts'
import { partsOf, splitsOf } from './run.ts'

/** Steps are timed for about this long, at most so many, behind one that is not counted. */
const TIMED_MILLISECONDS = 1500
const MOST_STEPS = 50

/**
 * How long training would take: a few steps and an evaluation batch of the very programs that would run, timed, with the starting
 * weights. Chooses kernels where they were not chosen yet, which the run then need not. Time for checkpoints is not in it.
 */
export async function estimate(context: JobContext, { home, project, dataset: name, limitTrain }: z.output<typeof engineRoutes.estimate.input>): Promise<z.input<typeof engineRoutes.estimate.output>> {
  const dataset = await openForUse(home, name, { log: message => context.log('info', message) })
  const parts = partsOf(dataset.stored, project, limitTrain)
  Session.check(project, dataset.stored)
  const workshop = await context.workshop()
  const engine = await workshop.engine(home, (level, message) => context.log(level, message))
  const limits = limitsOf(workshop.device.adapter)
  const plan = requireMemory(project, engine.toolbox.shaders, limits)
  const { fitted, whitening } = await fitFor(dataset, parts.training, project)
  const session = Session.open(engine, project, fitted, dataset.stored)
  const images = openImages(dataset, project.recipe.preprocessing, fitted)
  try {
    return await workshop.guard((async () => {
      const splits = splitsOf(images, parts)
      const secondsPerStep = await timeSteps(session, splits, whitening)
      const secondsPerImage = await timeEvaluation(session, splits)
      const { epochs, batchSize } = project.recipe
      const secondsPerEpoch = trainingBatches(splits.training.count, batchSize) * secondsPerStep + (splits.validation.count + splits.test.count) * secondsPerImage
      return { secondsPerStep, secondsPerEpoch, secondsTotal: epochs * secondsPerEpoch, imagesPerSecond: batchSize / secondsPerStep, adapter: workshop.device.adapter.name, available: limits.memoryBytes ?? null, plan }
    })())
  } finally {
    await images.close()
    if (!workshop.failure) session.close()
  }
}

async function timeSteps(session: Session, { training }: Splits, whitening: Float32Array<ArrayBuffer> | undefined): Promise<number> {
  const { model, engine } = session
  const { recipe } = model.project
  const loaded = await session.load(true, recipe.batchSize)
  try {
    await session.initialise(whitening)
    let step = 0
    const time = async (count: number): Promise<number> => {
      const stream = training.batches({ order: identityOrder(training.count), first: 0, rows: loaded.rows, chance: { seed: recipe.seed, epoch: 0 } })
      const begun = nodeHost.now()
      try {
        for (let at = 0; at < count; at++) {
          const batch = await stream.next()
          session.feed(loaded, batch)
          // A rate of almost nothing: weights that run away take other paths through the kernels than those of a real run.
          loaded.executable.submit({ step: ++step, rows: batch.present, slot: 0, rate: 1e-6, gamma: 0 })
        }
        await engine.toolbox.device.device.queue.onSubmittedWorkDone()
      } finally {
        stream.close()
      }
      return (nodeHost.now() - begun) / 1000
    }
    const batches = trainingBatches(training.count, recipe.batchSize)
    await time(1)
    const one = await time(1)
    if (one * 1000 > TIMED_MILLISECONDS || batches < 2) return one
    const count = Math.max(2, Math.min(MOST_STEPS, batches, Math.floor(TIMED_MILLISECONDS / 1000 / one)))
    return (await time(count)) / count
  } finally {
    loaded.executable.destroy()
  }
}

/** Seconds an image takes in evaluation; one batch, behind one that is not counted. */
async function timeEvaluation(session: Session, { test }: Splits): Promise<number> {
  const { rows } = await session.evaluation()
  const some = test.slice(0, Math.min(rows, test.count))
  await session.evaluate(some)
  const begun = nodeHost.now()
  await session.evaluate(some)
  return (nodeHost.now() - begun) / 1000 / some.count
}
