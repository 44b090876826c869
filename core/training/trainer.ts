import { prolongedRateAt } from '../architecture/schedule.ts'
import { epochOrder, trainingBatches } from '../data/batches.ts'
import type { BatchStream, ImageSource } from '../data/source.ts'
import { BitwrightError } from '../errors.ts'
import { METRIC_SLOTS } from './build.ts'
import { DeviceWait } from './deviceWait.ts'
import { LayerWatch } from './layerWatch.ts'
import type { Listener, RunState } from './listener.ts'
import { MetricsReader } from './metricsReader.ts'
import { findUnsound } from './health.ts'
import { Pace } from './pace.ts'
import { epochsWanted, isBetter, START, type EpochFigures, type Position } from './position.ts'
import type { Loaded, Session } from './session.ts'
import { Steering, type Change, type Changed } from './steering.ts'

export interface Splits {
  readonly training: ImageSource
  readonly validation: ImageSource
  readonly test: ImageSource
}

export interface TrainerOptions {
  /** Seconds between checkpoints within an epoch. */
  readonly checkpointSeconds: number
  /** Whether the run shall wait, paused, until what kept its state from being written is mended; else it fails. */
  readonly waitsFor?: (error: unknown) => boolean
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
  readonly #steering = new Steering()
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
    this.#steering.pause()
    if (this.#state === 'running') this.#enter('pausing')
  }

  resume(): void {
    if (this.#state === 'pausing') this.#enter('running')
    this.#steering.resume()
  }

  /** Stops between two steps, after a checkpoint. */
  stop(): void {
    this.#steering.stop()
  }

  /** Stops once the epoch under way is finished; `resume` takes that back unless the run is paused. */
  stopAtEpochEnd(): void {
    this.#steering.stopAtEpochEnd()
  }

  /** Keeps a checkpoint of its own between two steps. */
  checkpoint(): void {
    this.#steering.checkpoint()
  }

  /** Changes the run between two steps; a checkpoint has it when this resolves. */
  change(change: Change): Promise<Changed> {
    return this.#steering.change(change)
  }

  /**
   * Trains until the last epoch, early stopping, or a stop. `prepare` compiles and fills the session (initial values or a
   * checkpoint). Throws what went wrong after entering `failed`; the last checkpoint stays good.
   */
  async run(prepare: (load: () => Promise<Loaded>) => Promise<Loaded>): Promise<'finished' | 'stopped'> {
    this.#enter('preparing')
    try {
      const { recipe } = this.#session.model.project
      const { batchSize, patience } = recipe
      const loaded = await prepare(() => this.#session.load(true, batchSize))
      await this.#session.evaluation()
      this.#enter('running')
      const batches = trainingBatches(this.#splits.training.count, batchSize)
      const goesOn = (): boolean => this.#position.epoch < epochsWanted(recipe, this.#position) && !(patience > 0 && this.#position.sinceBest >= patience)
      while (goesOn()) {
        if (!(await this.#epoch(loaded, batches)) || (this.#steering.stopsAtEpochEnd && goesOn())) {
          this.#enter('stopped')
          return 'stopped'
        }
      }
      this.#enter('finished')
      return 'finished'
    } catch (error) {
      this.#enter('failed')
      throw error
    } finally {
      this.#steering.end()
    }
  }

  #enter(state: RunState, trouble?: Error): void {
    this.#state = state
    this.#listener.state(state, trouble)
  }

  get #scheduledRate(): number {
    const { learningRate: { start, schedule }, epochs } = this.#session.model.project.recipe
    return prolongedRateAt(start, schedule, this.#position.epoch, epochs)
  }

  get #learningRate(): number {
    return this.#scheduledRate * (this.#position.changes?.rateFactor ?? 1)
  }

  /** One epoch from where the position stands; false if stopped within it. */
  async #epoch(loaded: Loaded, batches: number): Promise<boolean> {
    const { recipe } = this.#session.model.project
    const { host } = this.#session.engine
    const { epoch } = this.#position
    const order = epochOrder(this.#splits.training.count, recipe, epoch)
    const metrics = new MetricsReader(this.#session, loaded)
    const stream = this.#splits.training.batches({ order, first: this.#position.batch * loaded.rows, rows: loaded.rows, chance: { seed: recipe.seed, epoch } })
    let saved = host.now()
    this.#pace.restart(saved)
    try {
      let pending: Group | undefined
      let submitted = this.#position.batch
      while (this.#position.batch < batches) {
        const hold = this.#steering.waiting || host.now() - saved > this.#options.checkpointSeconds * 1000
        let next: Group | undefined
        if (!hold && submitted < batches) {
          next = await this.#submit(loaded, stream, metrics, submitted, Math.min(this.#groupSize(), batches - submitted))
          submitted += next.count
        }
        if (pending) await this.#collect(pending, batches, next?.count ?? 0)
        pending = next
        if (pending || this.#position.batch >= batches) continue
        // Everything submitted has been counted: the weights stand exactly at the position.
        if (hold) {
          if (!(await this.#rest(false))) return false
          saved = host.now()
          this.#pace.restart(saved)
        }
      }
      await this.#finishEpoch(batches * recipe.batchSize)
      return !this.#steering.wants('stop') || this.#position.epoch >= epochsWanted(recipe, this.#position)
    } finally {
      stream.close()
      metrics.destroy()
    }
  }

  /**
   * Between two steps, everything submitted having been counted: makes the changes asked for, keeps the place unless it is `kept` and
   * nothing changed, and waits while paused. True to go on, false to stop.
   */
  async #rest(kept: boolean): Promise<boolean> {
    do {
      const { orders, checkpoint } = this.#steering.take()
      const made = orders.flatMap(order => {
        try {
          this.#position = { ...this.#position, changes: this.#changesBy(order.change) }
          return [order]
        } catch (error) {
          order.refused(error as Error)
          return []
        }
      })
      if (!kept || checkpoint || made.length > 0) await this.#keep(() => this.#listener.checkpoint(this.#position, checkpoint))
      for (const { change, carriedOut } of made) {
        const changed = { step: this.#position.step, learningRate: this.#learningRate, epochs: epochsWanted(this.#session.model.project.recipe, this.#position) }
        await this.#keep(() => this.#listener.changed(this.#position, change, changed))
        carriedOut(changed)
      }
      kept = true
      if (!this.#steering.wants('pause')) break
      if (this.#state !== 'paused') this.#enter('paused')
      if (!this.#steering.ordered) await this.#steering.woken()
    } while (this.#steering.waiting)
    if (this.#state === 'paused' && this.#steering.wants('run')) this.#enter('running')
    return this.#steering.wants('run')
  }

  #changesBy({ learningRate, epochs }: Change): NonNullable<Position['changes']> {
    const { changes, epoch, batch } = this.#position
    const begun = epoch + Math.min(1, batch)
    if (epochs !== undefined && epochs < begun) throw new BitwrightError({ what: `expected at least the ${begun} epochs that are begun, found ${epochs}`, remedy: 'ask for more, or stop the run' })
    return { ...changes, ...(epochs !== undefined && { epochs }), ...(learningRate !== undefined && { rateFactor: learningRate / this.#scheduledRate }) }
  }

  /** Writes what must not be lost. Where that cannot be done just now, the run waits, paused, until somebody has seen to it and resumes it. */
  async #keep(write: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await write()
        return
      } catch (error) {
        if (this.#steering.wants('stop') || this.#options.waitsFor?.(error) !== true) throw error
        this.#steering.pause()
        this.#enter('paused', error as Error)
        while (this.#steering.wants('pause')) await this.#steering.woken()
        if (this.#steering.wants('run')) this.#enter('running')
      }
    }
  }

  #groupSize(): number {
    const { millisecondsPerStep } = this.#pace
    if (millisecondsPerStep === 0) return 1
    return Math.max(1, Math.min(METRIC_SLOTS / 2, Math.round(GROUP_MILLISECONDS / millisecondsPerStep)))
  }

  async #submit(loaded: Loaded, stream: BatchStream, metrics: MetricsReader, firstBatch: number, count: number): Promise<Group> {
    const { model, engine: { host } } = this.#session
    const begun = host.now()
    const learningRate = this.#learningRate
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
    return { begun, firstStep, count, learningRate, read: read(count) }
  }

  /** `queued` more steps were submitted behind the group's. */
  async #collect(group: Group, batches: number, queued: number): Promise<void> {
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
    const epochs = epochsWanted(recipe, before)
    const stepsLeft = (epochs - this.#position.epoch) * batches - batch
    this.#listener.progress({
      epoch: this.#position.epoch + 1,
      epochs,
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
      learningRate: group.learningRate,
      imagesPerSecond: millisecondsPerStep > 0 ? (recipe.batchSize * 1000) / millisecondsPerStep : 0,
      secondsLeft: (stepsLeft * millisecondsPerStep) / 1000,
      deviceWaitShare: this.deviceWaitShare,
    })
  }

  async #finishEpoch(images: number): Promise<void> {
    const { recipe } = this.#session.model.project
    const { epoch, step, lossSum, errors, best, sinceBest, changes } = this.#position
    const learningRate = this.#learningRate
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
    this.#position = { step, epoch: epoch + 1, batch: 0, lossSum: 0, errors: 0, best: better ? figures : best, last: figures, sinceBest: better ? 0 : sinceBest + 1, ...(changes && { changes }) }
    const record = { ...figures, ...(Object.keys(layers).length > 0 && { layers }) }
    await this.#keep(() => this.#listener.epoch(record, this.#position, { best: better, bits }))
    if (this.#steering.waiting) await this.#rest(true)
  }
}

interface Group {
  readonly begun: number
  readonly firstStep: number
  readonly count: number
  readonly learningRate: number
  read(): Promise<Float32Array>
}
