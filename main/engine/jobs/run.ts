import type { AffinePixels } from '../../../core/data/preprocessing.ts'
import { fitPreprocessing } from '../../../core/data/preprocessing.ts'
import { sliceSplit, type Dataset } from '../../../core/data/dataset.ts'
import { splitTraining } from '../../../core/data/split.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { START, type Position } from '../../../core/training/position.ts'
import { Session } from '../../../core/training/session.ts'
import { Trainer, type Splits } from '../../../core/training/trainer.ts'
import type { TrainResult } from '../../contract/engine.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import type { RunRecord } from '../../services/runs/record.ts'
import type { JobContext } from '../context.ts'
import { faultOf } from '../../contract/faults.ts'
import { Recorder, type Store } from './recorder.ts'

/** Seconds between checkpoints within an epoch. */
const CHECKPOINT_SECONDS = 120
/** With less there would be no time for a step between two. */
const LEAST_CHECKPOINT_SECONDS = 0.01

export interface Plan {
  readonly home: string
  readonly id: string
  readonly project: Project
  readonly dataset: Dataset
  readonly limitTrain: number | undefined
  /** What to go on from; a new beginning if there is none. */
  readonly checkpoint: Checkpoint | undefined
  /** Makes or takes over the run's folder, once the network stands on the device with `bytes` to a checkpoint. */
  store(bytes: number, adapter: Pick<RunRecord, 'adapter' | 'driver'>, position: Position): Promise<Store>
}

/**
 * Trains a network to the end of its recipe, or to a stop. What can be wrong with the request is found before anything is
 * written: graph, shapes, splits, buffers that the adapter cannot hold, room on the disk.
 */
export async function runTraining(context: JobContext, plan: Plan): Promise<TrainResult> {
  const { home, id, project, dataset, checkpoint } = plan
  const splits = splitsOf(dataset, project, plan.limitTrain)
  const pixels: AffinePixels = checkpoint?.notes.pixels ?? fitPreprocessing(project.recipe.preprocessing, splits.training)
  const position = checkpoint?.notes.position ?? START
  const checkpointSeconds = checkpointInterval()
  const workshop = await context.workshop()
  const { adapter } = workshop.device
  const session = Session.open(await workshop.engine(home, message => context.log('warning', message)), project, pixels, dataset)
  const recorder = new Recorder(context, workshop, session, id)
  const trainer = new Trainer(session, splits, recorder, { checkpointSeconds }, position)
  context.control.attach(trainer)
  let store: Store | undefined
  try {
    const state = await workshop.guard(trainer.run(async load => {
      const loaded = await load()
      await session.evaluation()
      if (checkpoint) {
        checkpoint.checkTensors(session.snapshot({ optimizer: true }))
        await session.restore(name => checkpoint.values(name), { optimizer: true })
      } else await session.initialise()
      workshop.check()
      store = await plan.store(session.model.storedBytes, { adapter: adapter.name, driver: adapter.driver }, position)
      recorder.attach(store)
      return loaded
    }))
    await recorder.end(state)
    return resultOf(plan, trainer, state, position, recorder.seconds, store, adapter.name)
  } catch (error) {
    await recorder.end('failed', faultOf(error))
    throw error
  } finally {
    if (!workshop.failure) session.close()
  }
}

/** What a run trains on: the first `limitTrain` training images, the recipe's last ones of these held out. */
export function splitsOf(dataset: Dataset, { recipe }: Project, limitTrain: number | undefined): Splits {
  const { count } = dataset.train
  const train = limitTrain === undefined || limitTrain >= count ? dataset.train : sliceSplit(dataset.train, 0, limitTrain)
  const { training, validation } = splitTraining({ name: train === dataset.train ? dataset.name : `${dataset.name} (its first ${limitTrain} training images)`, train }, recipe)
  return { training, validation, test: dataset.test }
}

function resultOf({ id, project }: Plan, trainer: Trainer, state: 'finished' | 'stopped', begun: Position, seconds: number, store: Store | undefined, adapter: string): TrainResult {
  const { position } = trainer
  const images = (position.step - begun.step) * project.recipe.batchSize
  return { ...figuresOf(position), run: id, directory: store?.run.directory ?? '', state, seconds, imagesPerSecond: seconds > 0 ? images / seconds : 0, adapter }
}

/** Figures of a run that stands at `position`. */
export function figuresOf({ epoch, best }: Position): Pick<TrainResult, 'epochs' | 'bestEpoch' | 'trainError' | 'validError' | 'testError'> {
  return { epochs: epoch, bestEpoch: best?.epoch ?? null, trainError: best?.trainError ?? null, validError: best?.validError ?? null, testError: best?.testError ?? null }
}

function checkpointInterval(): number {
  const text = process.env.BITWRIGHT_CHECKPOINT_SECONDS
  if (text === undefined || text === '') return CHECKPOINT_SECONDS
  const seconds = Number(text)
  if (!(seconds >= LEAST_CHECKPOINT_SECONDS)) throw new BitwrightError({ what: `expected a number of seconds from ${LEAST_CHECKPOINT_SECONDS}, found ${JSON.stringify(text)}`, where: 'environment variable BITWRIGHT_CHECKPOINT_SECONDS', remedy: 'set it to 60, or leave it out' })
  return seconds
}
