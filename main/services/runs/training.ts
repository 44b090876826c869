import { join } from 'node:path'
import type { z } from 'zod'
import type { Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { RunProgress } from '../../contract/app/runs.ts'
import type { AppEvent, DataOf } from '../../contract/app/index.ts'
import type { ChangedSchema, ChangeSchema, ControlSchema, Fault, Launch, TrainResult } from '../../contract/engine.ts'
import type { EngineMessage } from '../engine/client.ts'
import type { Supervisor } from '../engine/supervisor.ts'
import { homeFolders } from '../home.ts'
import { readRun } from './open.ts'
import { summariseRun, type RunSummary } from './summary.ts'

/** Between two tellings of a run's progress. */
const TELL_MILLISECONDS = 100

export interface TrainingOptions {
  readonly home: string
  readonly engine: Pick<Supervisor, 'call'>
  /** Rejects where this app may not train: another one holds the home. */
  readonly permit: () => Promise<void>
  /** Called when nothing is under way any more. */
  readonly idle: () => void
  readonly tell: <E extends AppEvent>(event: E, data: DataOf<E>) => void
  readonly log: (level: 'info' | 'warning' | 'error', message: string) => void
}

export interface Begun {
  readonly run: string
  readonly directory: string
}

export interface BeginOptions {
  readonly limitTrain?: number | undefined
  /** The id that a new run is to have. */
  readonly run?: string
  readonly launch?: Launch
  /** Called when it is over, if it began at all. */
  readonly ended?: (how: Ended) => void
}

/** How training came to its end; what became of the run stands in its folder. */
export interface Ended {
  readonly error: Error | undefined
  /** A person asked for it. */
  readonly stopAsked: boolean
}

interface UnderWay extends Begun {
  progress: RunProgress | null
  /** Why it paused by itself. */
  fault: Fault | undefined
}

/** The run that the engine trains just now: begun, steered and told of. */
export class Training {
  readonly #options: TrainingOptions
  /** From the wish to train to the end of it. */
  #following = false
  #stopAsked = false
  /** Once its folder is there. */
  #current: UnderWay | undefined
  #begun: ((begun: Begun) => void) | undefined
  #held: { timer: NodeJS.Timeout | undefined; last: number } = { timer: undefined, last: -Infinity }
  #telling: Promise<void> = Promise.resolve()

  constructor(options: TrainingOptions) {
    this.#options = options
  }

  get current(): Readonly<UnderWay> | undefined {
    return this.#current
  }

  /** From the wish to train to the end of it. */
  get busy(): boolean {
    return this.#following
  }

  /** Trains a project whose data set is its own. Resolves when the run's folder is there. */
  async start(project: Project, { limitTrain, run, launch, ended }: BeginOptions = {}): Promise<Begun> {
    await this.#options.permit()
    const chosen = { ...(limitTrain !== undefined && { limitTrain }), ...(run !== undefined && { run }), ...(launch && { launch }) }
    return this.#follow(() => this.#options.engine.call('train', { project, dataset: project.dataset, waits: true, ...chosen }), ended)
  }

  async resume(run: string, { epochs, ended }: { readonly epochs?: number | undefined; readonly ended?: BeginOptions['ended'] } = {}): Promise<Begun> {
    await this.#options.permit()
    return this.#follow(() => this.#options.engine.call('resume', { run: join(homeFolders(this.#options.home).runs, run), waits: true, ...(epochs !== undefined && { epochs }) }), ended)
  }

  /** Trains a new run from a checkpoint file of another. */
  async fork(parent: string, checkpoint: string, set: readonly string[], { run, launch, ended }: Omit<BeginOptions, 'limitTrain'> = {}): Promise<Begun> {
    await this.#options.permit()
    const chosen = { ...(run !== undefined && { id: run }), ...(launch && { launch }) }
    return this.#follow(() => this.#options.engine.call('fork', { run: join(homeFolders(this.#options.home).runs, parent), checkpoint, set: [...set], waits: true, ...chosen }), ended)
  }

  /** False if this run is not under way here. */
  async control(run: string, action: z.output<typeof ControlSchema>): Promise<boolean> {
    if (this.#current?.run !== run) return false
    if (action.startsWith('stop')) this.#stopAsked = true
    return this.#options.engine.call('control', { action })
  }

  /** Throws unless this run is under way here. */
  async change(run: string, change: z.output<typeof ChangeSchema>): Promise<z.output<typeof ChangedSchema>> {
    if (this.#current?.run !== run) throw new BitwrightError({ what: `run ${run} is not under way`, remedy: 'resume it first' })
    return this.#options.engine.call('change', change)
  }

  /** A run that the disk keeps from writing down why it paused says it by word of mouth. */
  asTold(summary: RunSummary): RunSummary {
    const { run, fault } = this.#current ?? {}
    return run === summary.id && fault ? { ...summary, state: 'paused', fault } : summary
  }

  /** To be told of all that the engine tells. */
  hear(message: EngineMessage): void {
    switch (message.event) {
      case 'state': {
        const { run, directory, fault } = message.data
        if (this.#current?.run !== run) this.#current = { run, directory, progress: null, fault }
        this.#current.fault = fault
        if (fault) this.#options.log('error', `run ${run} paused: ${fault.what}`)
        this.#begun?.({ run, directory })
        this.#begun = undefined
        this.#tellState(directory)
        break
      }
      case 'progress':
        if (this.#current?.run === message.data.run) this.#current.progress = message.data
        this.#tellProgress()
        break
      case 'epoch':
        this.#flushProgress()
        this.#options.tell('run.epoch', message.data)
        break
    }
  }

  /** Waits until what has happened is told. */
  settled(): Promise<void> {
    return this.#telling
  }

  async #follow(work: () => Promise<TrainResult>, ended: BeginOptions['ended']): Promise<Begun> {
    if (this.#following) throw new BitwrightError({ what: 'the engine is training a run', where: this.#current?.directory ?? 'a run that is being prepared', remedy: 'queue this one behind it, or stop it first' })
    this.#following = true
    this.#stopAsked = false
    let failure: Error | undefined
    let began = false
    return new Promise((resolve, reject) => {
      this.#begun = begun => {
        began = true
        resolve(begun)
      }
      work().then(
        // A run that had finished before tells no state: there is nothing to train.
        ({ run, directory }) => {
          began = true
          resolve({ run, directory })
          this.#tellState(directory)
        },
        (error: unknown) => {
          failure = error instanceof Error ? error : new Error(String(error))
          reject(failure)
          if (!this.#current) return
          this.#options.log('error', `run ${this.#current.run} ended: ${failure.message}`)
          this.#tellState(this.#current.directory)
        },
      ).finally(() => {
        this.#flushProgress()
        this.#begun = undefined
        this.#current = undefined
        this.#following = false
        if (began) ended?.({ error: failure, stopAsked: this.#stopAsked })
        this.#options.idle()
      })
    })
  }

  /** Reads how the run stands, in the order in which its states came. */
  #tellState(directory: string): void {
    this.#telling = this.#telling.then(async () => {
      try {
        this.#options.tell('run.state', { summary: this.asTold(await summariseRun(await readRun(directory))) })
      } catch (error) {
        this.#options.log('warning', `a run cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
  }

  #tellProgress(): void {
    const wait = this.#held.last + TELL_MILLISECONDS - performance.now()
    if (wait <= 0) this.#flushProgress()
    else this.#held.timer ??= setTimeout(() => this.#flushProgress(), wait)
  }

  #flushProgress(): void {
    clearTimeout(this.#held.timer)
    const fresh = this.#current?.progress
    const due = this.#held.timer !== undefined || performance.now() - this.#held.last >= TELL_MILLISECONDS
    this.#held.timer = undefined
    if (!fresh || !due) return
    this.#held.last = performance.now()
    this.#options.tell('run.progress', fresh)
  }
}
