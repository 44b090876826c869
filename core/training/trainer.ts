import { learningRateAt } from '../architecture/schedule.ts'
import { epochOrder, trainingBatches } from '../data/batches.ts'
import type { BatchStream, ImageSource } from '../data/source.ts'
import { METRIC_SLOTS } from './build.ts'
import { DeviceWait } from './deviceWait.ts'
import { LayerWatch, type NetworkBits } from './layerWatch.ts'
import { MetricsReader } from './metricsReader.ts'
import { findUnsound } from './health.ts'
import { Pace } from './pace.ts'
import { isBetter, START, type EpochFigures, type EpochRecord, type Position } from './position.ts'
import type { Loaded, Session } from './session.ts'

export type RunState = 'queued' | 'preparing' | 'running' | 'pausing' | 'paused' | 'finished' | 'stopped' | 'failed'

export interface Progress {
  /** From 1, with the number of epochs. */
  readonly epoch: number
  readonly epochs: number
  readonly step: number
  readonly batch: number
  readonly batches: number
  /** Means over the epoch so far. */
  readonly loss: number
  readonly error: number
  readonly learningRate: number
  /** Of the steps since the last progress: means of loss and error, and epochs made, the one under way by its share. */
  readonly recent: { readonly loss: number; readonly error: number; readonly epochs: number }
  /** Over the last group of steps. */
  readonly imagesPerSecond: number
  readonly secondsLeft: number
  /** Share of the session's training time in which the device had nothing to do because images were not there yet. */
  readonly deviceWaitShare: number
}

/** What the trainer tells whoever started it. Saving is awaited, so the weights stand still meanwhile. */
export interface Listener {
  state(state: RunState): void
  progress(progress: Progress): void
  /** An epoch ended; `best` if it is the best so far. The session holds its weights, `bits` their signs, and `position` the place after it. */
  epoch(record: EpochRecord, position: Position, end: { readonly best: boolean; readonly bits: NetworkBits }): Promise<void>
  /** A place within an epoch that is worth keeping: asked for, or because enough time went by. */
  checkpoint(position: Position): Promise<void>
}

export interface Splits {
  readonly training: ImageSource
  readonly validation: ImageSource
  readonly test: ImageSource
}

export interface TrainerOptions {
  /** Seconds between checkpoints within an epoch. */
  readonly checkpointSeconds: number
}

/** A group of steps lasts about this long: the delay of pause, stop and progress. */
const GROUP_MILLISECONDS = 300

/**
 * Trains a session's network: the state machine queued, preparing, running, (pausing, paused), then finished, stopped or
 * failed. Steps are submitted in groups; while one group computes the next is already queued, and metrics come
 * back through two staging buffers, so the device never waits for the host and the host hardly wakes.
 */
export class Trainer {
  readonly #session: Session
  readonly #splits: Splits
  readonly #listener: Listener
  readonly #options: TrainerOptions
  /** To be begun, or restored in the middle of an epoch, by whoever prepares the session. */
  readonly watch: LayerWatch
  #state: RunState = 'queued'
  #wanted: 'run' | 'pause' | 'stop' = 'run'
  #wake: (() => void) | undefined
  #position: Position
  readonly #pace = new Pace()
  readonly #deviceWait = new DeviceWait()
  /** Milliseconds of this session in which steps were made. */
  #trained = 0

  constructor(session: Session, splits: Splits, listener: Listener, options: TrainerOptions, position: Position = START) {
    this.#session = session
    this.watch = new LayerWatch(session)
    this.#splits = splits
    this.#listener = listener
    this.#options = options
    this.#position = position
  }

  get state(): RunState {
    return this.#state
  }

  get position(): Position {
    return this.#position
  }

  /** Share of the time spent on steps in which the device waited for images. */
  get deviceWaitShare(): number {
    return this.#trained > 0 ? Math.min(1, this.#deviceWait.milliseconds / this.#trained) : 0
  }

  /** Pauses between two steps, after a checkpoint. */
  pause(): void {
    if (this.#wanted === 'run') this.#wanted = 'pause'
    if (this.#state === 'running') this.#enter('pausing')
  }

  resume(): void {
    if (this.#wanted === 'pause') this.#wanted = 'run'
    if (this.#state === 'pausing') this.#enter('running')
    this.#wake?.()
  }

  /** Stops between two steps, after a checkpoint. */
  stop(): void {
    this.#wanted = 'stop'
    this.#wake?.()
  }

  /**
   * Trains until the last epoch, early stopping, or a stop. `prepare` compiles and fills the session (initial values or a
   * checkpoint). Throws what went wrong after entering `failed`; the last checkpoint stays good.
   */
  async run(prepare: (load: () => Promise<Loaded>) => Promise<Loaded>): Promise<'finished' | 'stopped'> {
    this.#enter('preparing')
    try {
      const { batchSize, epochs, patience } = this.#session.model.project.recipe
      const loaded = await prepare(() => this.#session.load(true, batchSize))
      await this.#session.evaluation()
      this.#enter('running')
      const batches = trainingBatches(this.#splits.training.count, batchSize)
      while (this.#position.epoch < epochs && !(patience > 0 && this.#position.sinceBest >= patience)) {
        if (!(await this.#epoch(loaded, batches))) {
          this.#enter('stopped')
          return 'stopped'
        }
      }
      this.#enter('finished')
      return 'finished'
    } catch (error) {
      this.#enter('failed')
      throw error
    }
  }

  #enter(state: RunState): void {
    this.#state = state
    this.#listener.state(state)
  }

  /** One epoch from where the position stands; false if stopped within it. */
  async #epoch(loaded: Loaded, batches: number): Promise<boolean> {
    const { recipe } = this.#session.model.project
    const { host } = this.#session.engine
    const { epoch } = this.#position
    const order = epochOrder(this.#splits.training.count, recipe, epoch)
    const learningRate = learningRateAt(recipe.learningRate.start, recipe.learningRate.schedule, epoch, recipe.epochs)
    const metrics = new MetricsReader(this.#session, loaded)
    const stream = this.#splits.training.batches({ order, first: this.#position.batch * loaded.rows, rows: loaded.rows, chance: { seed: recipe.seed, epoch } })
    let saved = host.now()
    this.#pace.restart(saved)
    try {
      let pending: Group | undefined
      let submitted = this.#position.batch
      while (this.#position.batch < batches) {
        const hold = this.#wanted !== 'run' || host.now() - saved > this.#options.checkpointSeconds * 1000
        let next: Group | undefined
        if (!hold && submitted < batches) {
          next = await this.#submit(loaded, stream, learningRate, metrics, submitted, Math.min(this.#groupSize(), batches - submitted))
          submitted += next.count
        }
        if (pending) await this.#collect(pending, batches, learningRate, next?.count ?? 0)
        pending = next
        if (pending || this.#position.batch >= batches) continue
        // Everything submitted has been counted: the weights stand exactly at the position.
        if (hold) {
          await this.#listener.checkpoint(this.#position)
          saved = host.now()
          if (!(await this.#waitWhilePaused())) return false
          this.#pace.restart(host.now())
        }
      }
      await this.#finishEpoch(learningRate, batches * recipe.batchSize)
      return this.#wanted !== 'stop' || this.#position.epoch >= recipe.epochs
    } finally {
      stream.close()
      metrics.destroy()
    }
  }

  /** True to go on, false to stop. */
  async #waitWhilePaused(): Promise<boolean> {
    if (this.#wants('pause')) {
      this.#enter('paused')
      while (this.#wants('pause')) await new Promise<void>(resolve => (this.#wake = resolve))
      this.#wake = undefined
      if (this.#wants('run')) this.#enter('running')
    }
    return this.#wants('run')
  }

  /** Read anew each time: others change it while a pause is awaited. */
  #wants(what: 'run' | 'pause' | 'stop'): boolean {
    return this.#wanted === what
  }

  #groupSize(): number {
    const { millisecondsPerStep } = this.#pace
    if (millisecondsPerStep === 0) return 1
    return Math.max(1, Math.min(METRIC_SLOTS / 2, Math.round(GROUP_MILLISECONDS / millisecondsPerStep)))
  }

  async #submit(loaded: Loaded, stream: BatchStream, learningRate: number, metrics: MetricsReader, firstBatch: number, count: number): Promise<Group> {
    const { model, engine: { host } } = this.#session
    const begun = host.now()
    const gamma = model.optimizer.gamma(this.#position.epoch, model.project.recipe.epochs)
    const firstStep = this.#position.step + (firstBatch - this.#position.batch) + 1
    const { half, read } = metrics.next()
    for (let index = 0; index < count; index++) {
      const asked = host.now()
      const next = stream.next()
      const batch = next instanceof Promise ? await next : next
      if (next instanceof Promise) this.#deviceWait.waitedFor(asked, host.now())
      this.#session.feed(loaded, batch)
      const step = firstStep + index
      loaded.executable.submit({ step, rows: batch.present, slot: half + index, rate: model.optimizer.rate(learningRate, step), gamma })
      this.#deviceWait.submitted(host.now(), this.#pace.quickest)
    }
    return { begun, firstStep, count, read: read(count) }
  }

  /** `queued` more steps were submitted behind the group's. */
  async #collect(group: Group, batches: number, learningRate: number, queued: number): Promise<void> {
    const { model, memory, engine: { host } } = this.#session
    // Sleep for most of the time the device will need: an await that is pending burns a core in dawn.node. The device begins with this
    // group when it is done with the one before, which was collected last.
    const left = Math.max(group.begun, this.#pace.since) + this.#pace.quickest * group.count - host.now()
    if (left > 20) await host.sleep(left * 0.9)
    const values = await group.read()
    const now = host.now()
    this.#trained += now - this.#pace.since
    this.#pace.mark(now, group.count)
    this.#deviceWait.collected(now, queued * this.#pace.quickest)
    const { millisecondsPerStep } = this.#pace
    const before = this.#position
    let { lossSum, errors } = before
    for (let index = 0; index < group.count; index++) {
      const loss = values[index * 4] ?? NaN
      if (!Number.isFinite(loss)) throw await findUnsound(model, memory, group.firstStep + index)
      lossSum += loss
      errors += values[index * 4 + 1] ?? 0
    }
    const batch = this.#position.batch + group.count
    this.#position = { ...this.#position, step: this.#position.step + group.count, batch, lossSum, errors }
    const { recipe } = model.project
    const images = batch * recipe.batchSize
    const stepsLeft = (recipe.epochs - this.#position.epoch) * batches - batch
    this.#listener.progress({
      epoch: this.#position.epoch + 1,
      epochs: recipe.epochs,
      step: this.#position.step,
      batch,
      batches,
      loss: lossSum / images,
      error: errors / images,
      recent: {
        loss: (lossSum - before.lossSum) / (group.count * recipe.batchSize),
        error: (errors - before.errors) / (group.count * recipe.batchSize),
        epochs: this.#position.epoch + batch / batches,
      },
      learningRate,
      imagesPerSecond: millisecondsPerStep > 0 ? (recipe.batchSize * 1000) / millisecondsPerStep : 0,
      secondsLeft: (stepsLeft * millisecondsPerStep) / 1000,
      deviceWaitShare: this.deviceWaitShare,
    })
  }

  async #finishEpoch(learningRate: number, images: number): Promise<void> {
    const { recipe } = this.#session.model.project
    const { epoch, step, lossSum, errors, best, sinceBest } = this.#position
    const valid = this.#splits.validation.count > 0 ? await this.#session.evaluate(this.#splits.validation) : undefined
    const test = await this.#session.evaluate(this.#splits.test)
    const figures: EpochFigures = {
      epoch: epoch + 1,
      step,
      learningRate,
      trainLoss: lossSum / images,
      trainError: errors / images,
      ...(valid && { validLoss: valid.loss, validError: valid.error, validTop5Error: valid.top5Error }),
      testLoss: test.loss,
      testError: test.error,
      testTop5Error: test.top5Error,
    }
    if (![figures.testLoss, figures.validLoss ?? 0].every(Number.isFinite)) throw await findUnsound(this.#session.model, this.#session.memory, step)
    const { layers, bits } = await this.watch.measure((valid ?? test).positive)
    const better = isBetter(figures, best, recipe.selection)
    this.#position = { step, epoch: epoch + 1, batch: 0, lossSum: 0, errors: 0, best: better ? figures : best, last: figures, sinceBest: better ? 0 : sinceBest + 1 }
    await this.#listener.epoch({ ...figures, ...(Object.keys(layers).length > 0 && { layers }) }, this.#position, { best: better, bits })
    if (this.#wanted === 'pause' && !(await this.#waitWhilePaused())) return
  }
}

interface Group {
  readonly begun: number
  readonly firstStep: number
  readonly count: number
  read(): Promise<Float32Array>
}
