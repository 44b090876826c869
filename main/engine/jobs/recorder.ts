import type { Project } from '../../../core/architecture/project.ts'
import type { Fitted } from '../../../core/data/preprocessing.ts'
import type { NetworkBits } from '../../../core/training/layerWatch.ts'
import type { EpochRecord, Position } from '../../../core/training/position.ts'
import type { Session } from '../../../core/training/session.ts'
import type { Listener, Progress, RunState } from '../../../core/training/listener.ts'
import type { Change, Changed } from '../../../core/training/steering.ts'
import type { Fault } from '../../contract/engine.ts'
import { faultOf } from '../../contract/faults.ts'
import { pruneBits, writeBits } from '../../services/runs/bits.ts'
import { notesOf, saveEpoch, saveLast, saveStep, type Saved } from '../../services/runs/checkpoints.ts'
import type { TensorSource } from '../../services/runs/checkpoint-write.ts'
import { EventWriter } from '../../services/runs/events.ts'
import type { LineWriter } from '../../services/runs/lines.ts'
import type { RunLock } from '../../services/runs/lock.ts'
import { openMetrics } from '../../services/runs/metrics.ts'
import type { Run } from '../../services/runs/open.ts'
import { writeRecord, type RunRecord } from '../../services/runs/record.ts'
import { SeriesWriter } from '../../services/runs/series.ts'
import type { JobContext } from '../context.ts'
import type { Workshop } from '../toolbox.ts'

/** States in which steps are made: their time counts as training. */
const TRAINING: readonly RunState[] = ['running', 'pausing']

/** States that the job notes when all is written and the reason is known. */
const ENDS = ['finished', 'stopped', 'failed'] as const
export type End = (typeof ENDS)[number]

function isEnd(state: RunState): state is End {
  return ENDS.some(end => end === state)
}

/**
 * Writes down what a trainer tells: states and events in the order they came, and at the end of an epoch its figures before its
 * checkpoint, so that a checkpoint never has finished an epoch whose line is missing.
 */
export class Recorder implements Listener {
  readonly #context: JobContext
  readonly #workshop: Workshop
  readonly #session: Session
  readonly #project: Project
  readonly #pixels: Fitted
  #store: Store | undefined
  #directory = ''
  readonly #id: string
  #milliseconds = 0
  #begun: number | undefined
  /** The last epoch whose figures were written. */
  #noted = 0

  constructor(context: JobContext, workshop: Workshop, session: Session, id: string) {
    this.#context = context
    this.#workshop = workshop
    this.#session = session
    this.#project = session.model.project
    this.#pixels = session.model.pixels
    this.#id = id
  }

  /** Seconds spent training so far. */
  get seconds(): number {
    const since = this.#begun === undefined ? 0 : this.#session.engine.host.now() - this.#begun
    return (this.#milliseconds + since) / 1000
  }

  /** From here on there is a folder to write to. States told before were only announced. */
  attach(store: Store): void {
    this.#store = store
    this.#directory = store.run.directory
    this.#announce('preparing')
  }

  state(state: RunState, trouble?: Error): void {
    const { host } = this.#session.engine
    if (TRAINING.includes(state)) this.#begun ??= host.now()
    else if (this.#begun !== undefined) {
      this.#milliseconds += host.now() - this.#begun
      this.#begun = undefined
    }
    if (!this.#store || isEnd(state)) return
    const fault = trouble && faultOf(trouble)
    this.#store.state(state, fault, () => this.#announce(state, fault))
  }

  /** Notes how the run ended, tells it, and lets go of the run's folder. `reason`: why it stopped, if nobody asked for it. */
  async end(state: End, fault?: Fault, reason = state === 'stopped' ? this.#context.control.abandoned : undefined): Promise<void> {
    if (!this.#store) return
    await this.#store.close(state, fault, reason)
    this.#announce(state)
  }

  progress(progress: Progress): void {
    this.#workshop.check()
    const { recent: { loss, error, epochs }, ...rest } = progress
    const { step, learningRate, imagesPerSecond, deviceWaitShare } = rest
    const point = {
      step, epoch: epochs, time: Date.now(),
      processSeconds: rounded((this.#store?.series.earlierSeconds ?? 0) + this.seconds),
      loss: Number(loss.toPrecision(7)), error: Number(error.toPrecision(7)), learningRate,
      imagesPerSecond: rounded(imagesPerSecond), deviceWaitShare: rounded(deviceWaitShare),
    }
    this.#store?.series.append(point)
    this.#context.emit('progress', { run: this.#id, ...rest, point })
  }

  async epoch(record: EpochRecord, position: Position, { best, bits }: { readonly best: boolean; readonly bits: NetworkBits }): Promise<void> {
    const store = this.#ready()
    await store.series.flush()
    // Not twice, when a later write failed and all is tried again.
    if (this.#noted !== record.epoch) await store.metrics.append([record])
    this.#noted = record.epoch
    const { directory } = store.run
    await writeBits(directory, position.epoch, bits)
    await this.#saved(position, await saveEpoch(directory, this.#sources(), this.#notes(position), best))
    // Only now: a checkpoint within the epoch, from which a run that is killed before this goes on, needs the bits of the epoch before.
    await pruneBits(directory, position.epoch)
    if (best && record.validError !== undefined) await store.event({ kind: 'best', epoch: record.epoch, step: record.step, validError: record.validError, testError: record.testError })
    this.#context.emit('epoch', { run: this.#id, record, best })
  }

  async checkpoint(position: Position, asked: boolean): Promise<void> {
    if (this.#context.control.abandoned !== undefined) return
    const store = this.#ready()
    await store.series.flush()
    await this.#saved(position, await (asked ? saveStep : saveLast)(store.run.directory, this.#sources(), this.#notes(position)))
  }

  /** Writes a place into the folder of a run that is just being made. */
  keep(directory: string, position: Position): Promise<Saved> {
    return saveLast(directory, this.#sources(), this.#notes(position))
  }

  async changed({ epoch, batch, step }: Position, change: Change, changed: Changed): Promise<void> {
    if (this.#context.control.abandoned !== undefined) return
    const store = this.#ready()
    if (change.epochs !== undefined) await store.note({ epochs: changed.epochs })
    await store.event({ kind: 'change', epoch, batch, step, ...(change.learningRate !== undefined && { learningRate: changed.learningRate }), ...(change.epochs !== undefined && { epochs: changed.epochs }) })
  }

  #announce(state: RunState, fault?: Fault): void {
    this.#context.emit('state', { run: this.#id, state, directory: this.#directory, ...(fault && { fault }) })
  }

  #ready(): Store {
    this.#workshop.check()
    if (!this.#store) throw new Error('a trainer that trains before its run was made')
    return this.#store
  }

  async #saved({ epoch, batch, step }: Position, { file, bytes }: Saved): Promise<void> {
    await this.#store?.event({ kind: 'checkpoint', file, epoch, batch, step, bytes })
  }

  #notes(position: Position): ReturnType<typeof notesOf> {
    return notesOf(this.#project, this.#pixels, position)
  }

  /** Reading waits for the device, so what it gives is only kept if nothing went wrong there meanwhile. */
  #sources(): TensorSource[] {
    return this.#session.snapshot({ optimizer: true }).map(tensor => ({
      name: tensor.name,
      shape: tensor.shape,
      read: () => this.#workshop.guard(tensor.read()),
    }))
  }
}

/** To thousandths: what a clock gave. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000
}

/** The open files of a run under way. Its lock is held until `close`. */
export class Store {
  readonly run: Run
  readonly metrics: LineWriter
  readonly series: SeriesWriter
  readonly #events: EventWriter
  readonly #lock: RunLock
  #record: RunRecord
  #queue: Promise<void> = Promise.resolve()
  /** A state that could not be noted. */
  #owed: { readonly state: RunState; readonly fault: Fault | undefined } | undefined

  private constructor(run: Run, metrics: LineWriter, series: SeriesWriter, events: EventWriter, lock: RunLock) {
    this.run = run
    this.metrics = metrics
    this.series = series
    this.#events = events
    this.#lock = lock
    this.#record = run.record
  }

  /** Takes over a run whose lock is held; metrics and series after `position` are cut. */
  static async open(run: Run, lock: RunLock, position: Position, log: (message: string) => void): Promise<Store> {
    const events = await EventWriter.open(run.directory)
    const metrics = await openMetrics(run.directory, position.epoch, position.last, { log, first: run.record.parent?.epoch })
    return new Store(run, metrics, await SeriesWriter.open(run.directory, position.step, { log }), events, lock)
  }

  /** Notes a state, then calls `noted`; in the background, in order. What the disk does not take is noted with the next `event`. */
  state(state: RunState, fault: Fault | undefined, noted: () => void): void {
    void this.#enqueue(async () => {
      this.#owed = { state, fault }
      await this.#pay().catch(() => undefined)
      noted()
    })
  }

  event(event: Parameters<EventWriter['append']>[0]): Promise<void> {
    return this.#enqueue(async () => {
      await this.#pay()
      await this.#events.append(event)
    })
  }

  /** Changes run.json. */
  note(fields: Pick<RunRecord, 'epochs'>): Promise<void> {
    return this.#enqueue(async () => {
      const record = { ...this.#record, ...fields }
      await writeRecord(this.run.directory, record)
      this.#record = record
    })
  }

  /** Notes how the run ended and lets go of it. A disk that is full may keep this from being written: that is no new error. */
  async close(state: End, fault?: Fault, reason?: string): Promise<void> {
    await this.#queue
    const { pid, ...record } = this.#record
    this.#record = record
    await this.#settle(state, fault, reason).catch(() => undefined)
    await this.metrics.close()
    await this.series.close()
    await this.#events.close()
    this.#lock.release()
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work)
    this.#queue = done.catch(() => undefined)
    return done
  }

  async #pay(): Promise<void> {
    if (!this.#owed) return
    await this.#settle(this.#owed.state, this.#owed.fault)
    this.#owed = undefined
  }

  async #settle(state: RunState, fault?: Fault, reason = fault?.what): Promise<void> {
    const { fault: _, ended: __, ...record } = this.#record
    this.#record = { ...record, state, ...(fault && { fault }), ...(isEnd(state) && { ended: new Date().toISOString() }) }
    // The record first: when the disk is full, how the run stands matters more than its history.
    await writeRecord(this.run.directory, this.#record)
    await this.#events.append({ kind: 'state', state, ...(reason !== undefined && { reason }) })
  }
}
