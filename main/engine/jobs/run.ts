import type { FitResult } from '../../../core/data/fit.ts'
import { splitTraining, type TrainingSplit } from '../../../core/data/split.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { bytesText } from '../../../core/architecture/wording.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { Position } from '../../../core/training/position.ts'
import { requireMemory } from '../../../core/training/memoryPlan.ts'
import { Session } from '../../../core/training/session.ts'
import { Trainer, type Splits } from '../../../core/training/trainer.ts'
import type { TrainResult } from '../../contract/engine.ts'
import { fitOn, openImages, type OpenedDataset, type OpenedImages } from '../../services/datasets/images.ts'
import { isDiskTrouble } from '../../services/files.ts'
import type { StoredDataset } from '../../services/datasets/store.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import type { Saved } from '../../services/runs/checkpoints.ts'
import type { RunRecord } from '../../services/runs/record.ts'
import { pruneBits, readBits, writeBits } from '../../services/runs/bits.ts'
import { limitsOf } from '../budget.ts'
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
  readonly dataset: OpenedDataset
  readonly limitTrain: number | undefined
  /** What to go on from, and where it stands; a new beginning if there is none. */
  readonly checkpoint: Checkpoint | undefined
  readonly position: Position
  /** Where the disk does not take the run's state: wait, paused, instead of failing. */
  readonly waits: boolean
  /** Makes or takes over the run's folder, once the network stands on the device with `bytes` to a checkpoint. `keep` writes its place into a folder. */
  store(bytes: number, adapter: Pick<RunRecord, 'adapter' | 'driver'>, position: Position, keep: (directory: string) => Promise<Saved>): Promise<Store>
}

/**
 * Trains a network to the end of its recipe, or to a stop. What can be wrong with the request is found before anything is
 * written: graph, shapes, splits, buffers that the adapter cannot hold, room on the disk.
 */
export async function runTraining(context: JobContext, plan: Plan): Promise<TrainResult> {
  const { home, id, project, dataset, checkpoint, position } = plan
  const parts = partsOf(dataset.stored, project, plan.limitTrain)
  const checkpointSeconds = checkpointInterval()
  Session.check(project, dataset.stored)
  const { fitted, whitening } = checkpoint ? { fitted: checkpoint.notes.pixels, whitening: undefined } : await fit(context, plan, parts)
  const workshop = await context.workshop()
  const { adapter } = workshop.device
  const engine = await workshop.engine(home, (level, message) => context.log(level, message))
  const session = Session.open(engine, project, fitted, dataset.stored)
  const { total, activations } = requireMemory(project, engine.toolbox.shaders, limitsOf(adapter))
  context.log('info', `memory at batch ${project.recipe.batchSize}: ${bytesText(total)} on the device, ${bytesText(activations)} of it activations kept for backward`)
  const images = openImages(dataset, project.recipe.preprocessing, fitted)
  const recorder = new Recorder(context, workshop, session, id)
  const trainer = new Trainer(session, splitsOf(images, parts), recorder, { checkpointSeconds, ...(plan.waits && { waitsFor: isDiskTrouble }) }, position)
  context.control.attach(trainer)
  let store: Store | undefined
  try {
    const state = await workshop.guard(trainer.run(async load => {
      const loaded = await load()
      await session.evaluation()
      if (checkpoint) {
        checkpoint.checkTensors(session.snapshot({ optimizer: true }))
        await session.restore(name => checkpoint.values(name), { optimizer: true })
      } else await session.initialise(whitening)
      workshop.check()
      store = await plan.store(session.model.storedBytes, { adapter: adapter.name, driver: adapter.driver }, position, directory => recorder.keep(directory, position))
      recorder.attach(store)
      await beginWatch(context, trainer, store)
      return loaded
    }))
    await recorder.end(state)
    return resultOf(plan, trainer, state, position, recorder.seconds, store, adapter.name, { planned: total, allocated: session.deviceBytes })
  } catch (error) {
    const { loss } = workshop
    // A run whose device was lost did nothing wrong: it can go on, and says what happened.
    await (loss ? recorder.end('stopped', undefined, loss.what) : recorder.end('failed', faultOf(error)))
    throw error
  } finally {
    await images.close()
    if (!workshop.failure) session.close()
  }
}

/** Layers are compared with the signs at the beginning of their epoch: on the device where one begins now, else in a file. */
async function beginWatch(context: JobContext, { watch, position: { epoch, batch } }: Trainer, { run: { directory } }: Store): Promise<void> {
  if (batch === 0) {
    await writeBits(directory, epoch, await watch.begin())
    await pruneBits(directory, epoch)
    return
  }
  await pruneBits(directory, epoch)
  const bits = await readBits(directory, epoch).catch((error: unknown) => {
    if (!(error instanceof BitwrightError)) throw error
    context.log('warning', `the epoch under way has no flip rates: ${error.message}`)
    return undefined
  })
  watch.restore(bits)
}

/** How often it is told how far fitting is. */
const FIT_NEWS_MILLISECONDS = 5000

async function fit(context: JobContext, { project: { recipe }, dataset }: Plan, { training }: TrainingSplit): Promise<FitResult> {
  let told = performance.now()
  return fitOn(dataset, training, recipe.preprocessing, {
    progress(what, share) {
      if (performance.now() - told < FIT_NEWS_MILLISECONDS) return
      told = performance.now()
      context.log('info', `fitting preprocessing, ${what}: ${Math.floor(100 * share)} %`)
    },
  })
}

/** How many images a run trains on and holds out: of the first `limitTrain` training images, the recipe's last ones. */
export function partsOf({ name, train }: StoredDataset, { recipe }: Project, limitTrain: number | undefined): TrainingSplit {
  const count = train.labels.length
  if (limitTrain === undefined || limitTrain >= count) return splitTraining({ name, count }, recipe)
  return splitTraining({ name: `${name} (its first ${limitTrain} training images)`, count: limitTrain }, recipe)
}

export function splitsOf({ train, test }: OpenedImages, { training, validation }: TrainingSplit): Splits {
  return { training: train.slice(0, training), validation: train.slice(training, training + validation), test }
}

function resultOf({ id, project }: Plan, trainer: Trainer, state: 'finished' | 'stopped', begun: Position, seconds: number, store: Store | undefined, adapter: string, memory: TrainResult['memory']): TrainResult {
  const { position } = trainer
  const images = (position.step - begun.step) * project.recipe.batchSize
  return { ...figuresOf(position), run: id, directory: store?.run.directory ?? '', state, seconds, imagesPerSecond: seconds > 0 ? images / seconds : 0, deviceWaitShare: trainer.deviceWaitShare, adapter, memory }
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
