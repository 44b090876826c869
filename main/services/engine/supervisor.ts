import { BitwrightError } from '../../../core/errors.ts'
import type { EngineState, LogEntry } from '../../contract/app/workbench.ts'
import type { EngineRoute } from '../../contract/engine.ts'
import { faultOf } from '../../contract/faults.ts'
import { startEngine, type EngineClient, type EngineInput, type EngineMessage, type EngineOptions, type EngineOutput } from './client.ts'

export interface SupervisorOptions extends Omit<EngineOptions, 'onEvent' | 'onLog'> {
  readonly onState: (state: EngineState) => void
  readonly onEvent: (message: EngineMessage) => void
  readonly onLog: (level: LogEntry['level'], message: string) => void
  readonly patience?: Partial<Patience>
}

/** In milliseconds. */
export interface Patience {
  /** Opening an adapter; a cold driver takes seconds. */
  readonly start: number
  /** Between two looks whether its event loop still turns, and how long that may take to answer: compiling large kernels blocks it for many seconds. */
  readonly beat: number
  readonly silence: number
  /** Before each further start of engines that died in a row. */
  readonly backOff: readonly number[]
  /** One that has lived for so long did not die in a row with the ones before. */
  readonly health: number
}

const PATIENCE: Patience = { start: 60_000, beat: 5_000, silence: 120_000, backOff: [250, 1_000, 4_000, 15_000, 60_000], health: 120_000 }

/** Questions that do not make it busy. */
const IDLE_ROUTES: readonly EngineRoute[] = ['ping', 'doctor', 'control', 'memory']

/**
 * Keeps an engine process alive: starts it, opens its adapter, watches it, kills it when it hangs, starts another when it has died, or when
 * the adapter that was there before is gone. After as many deaths in a row as there are pauses between them it stays down until `restart`.
 */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #patience: Patience
  #engine: EngineClient | undefined
  #state: EngineState = { state: 'starting', adapter: null, fault: null, run: null, restartAt: null, started: 0 }
  #deaths = 0
  #busy = 0
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** An adapter was opened before: one that is gone may come back, as after a reset of its driver. */
  #opened = false
  /** Resolves when the state is next settled: ready or failed. */
  readonly #waiting = new Set<() => void>()

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#patience = { ...PATIENCE, ...options.patience }
  }

  get state(): EngineState {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#engine?.pid
  }

  /** Starts the first engine. */
  start(): void {
    clearTimeout(this.#timer)
    const begun = performance.now()
    this.#change({ state: 'starting', restartAt: null, run: null, started: this.#state.started + 1 })
    const engine: EngineClient = startEngine({
      ...this.#options,
      onEvent: message => {
        if (message.event === 'state') this.#noteRun(message.data.run, message.data.state)
        this.#options.onEvent(message)
      },
      onLog: ({ level, message }) => this.#options.onLog(level, message),
    })
    this.#engine = engine
    this.#busy = 0
    void this.#open(engine)
    void engine.exited.then(({ code, signal }) => this.#ended(engine, `it died with ${signal === null ? `exit code ${code}` : `signal ${signal}`}`, performance.now() - begun))
  }

  /** Waits for an engine that is on its way, then asks it. Rejects at once when there is none. */
  async call<R extends EngineRoute>(route: R, input: EngineInput<R>): Promise<EngineOutput<R>> {
    while (this.#state.state === 'starting' || this.#state.state === 'crashed') {
      if (this.#closed) break
      await new Promise<void>(resolve => this.#waiting.add(resolve))
    }
    const engine = this.#engine
    if (engine === undefined || this.#closed || this.#state.state === 'failed') {
      const { fault } = this.#state
      throw new BitwrightError({ what: `there is no engine${fault === null ? '' : `: ${fault.what}`}`, remedy: fault?.remedy ?? 'restart the engine' })
    }
    const counts = !IDLE_ROUTES.includes(route)
    if (counts) this.#occupy(1)
    try {
      return await engine.call(route, input)
    } finally {
      if (counts && engine === this.#engine) this.#occupy(-1)
    }
  }

  /** Ends the engine, after a checkpoint of a run under way, and starts another; also after it has failed. */
  async restart(): Promise<void> {
    clearTimeout(this.#timer)
    const engine = this.#engine
    this.#engine = undefined
    this.#deaths = 0
    this.#change({ state: 'starting', adapter: null, fault: null })
    await engine?.close()
    this.#startUnlessThere()
  }

  /** Somebody may have asked for the same meanwhile. */
  #startUnlessThere(): void {
    if (this.#engine === undefined && !this.#closed) this.start()
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    const engine = this.#engine
    this.#engine = undefined
    this.#settle()
    await engine?.close()
  }

  async #open(engine: EngineClient): Promise<void> {
    const tooLong = setTimeout(() => this.#kill(engine, `it did not open its adapter within ${Math.round(this.#patience.start / 1000)} seconds`), this.#patience.start)
    try {
      const { adapter } = await engine.call('doctor', {})
      if (engine !== this.#engine) return
      this.#opened = true
      this.#change({ state: 'ready', adapter, fault: null })
      this.#options.onLog('info', `the engine computes on ${adapter.name}`)
      this.#watch(engine)
      this.#settle()
    } catch (error) {
      if (engine !== this.#engine || (await hasEnded(engine))) return
      // It answered, so it lives: there is no adapter, and there will be none in the next process, unless there was one before.
      if (this.#opened) this.#ended(engine, `it found its adapter no more (${faultOf(error).what})`, 0)
      else {
        this.#engine = undefined
        this.#fail(error)
      }
      await engine.close()
    } finally {
      clearTimeout(tooLong)
    }
  }

  /** Asks again and again whether it still answers. */
  #watch(engine: EngineClient): void {
    const { beat, silence } = this.#patience
    let tooLong: NodeJS.Timeout | undefined
    this.#timer = setTimeout(() => {
      if (engine !== this.#engine) return
      tooLong = setTimeout(() => this.#kill(engine, `it did not answer for ${Math.round(silence / 1000)} seconds`), silence)
      engine.call('ping', {}).then(
        () => {
          clearTimeout(tooLong)
          if (engine === this.#engine) this.#watch(engine)
        },
        () => clearTimeout(tooLong),
      )
    }, beat)
    this.#timer.unref()
  }

  #kill(engine: EngineClient, why: string): void {
    if (engine !== this.#engine || engine.pid === undefined) return
    this.#options.onLog('error', `the engine is ended: ${why}`)
    process.kill(engine.pid, 'SIGKILL')
  }

  #ended(engine: EngineClient, how: string, lived: number): void {
    if (engine !== this.#engine || this.#closed) return
    this.#engine = undefined
    clearTimeout(this.#timer)
    if (lived > this.#patience.health) this.#deaths = 0
    const { run } = this.#state
    const error = new BitwrightError({
      what: `the engine ended: ${how}${run === null ? '' : `; what was saved of run ${run} is intact`}`,
      remedy: run === null ? 'another one starts by itself; if it happens again, run "bitwright doctor"' : 'another one starts by itself; resume the run from its last checkpoint',
    })
    this.#options.onLog('error', error.message)
    const pause = this.#patience.backOff[this.#deaths++]
    if (pause === undefined) {
      this.#fail(new BitwrightError({ what: `${this.#deaths} engines ended in a row, the last: ${how}`, remedy: 'run "bitwright doctor", then restart the engine' }))
      return
    }
    this.#change({ state: 'crashed', adapter: null, fault: faultOf(error), run: null, restartAt: new Date(Date.now() + pause).toISOString() })
    this.#timer = setTimeout(() => this.start(), pause)
  }

  #fail(error: unknown): void {
    this.#change({ state: 'failed', adapter: null, fault: faultOf(error), run: null, restartAt: null })
    this.#settle()
  }

  #noteRun(run: string, state: string): void {
    const under = !['finished', 'stopped', 'failed'].includes(state)
    this.#change({ run: under ? run : null })
  }

  #occupy(by: 1 | -1): void {
    this.#busy += by
    if (this.#state.state === 'ready' || this.#state.state === 'busy') this.#change({ state: this.#busy > 0 ? 'busy' : 'ready', ...(this.#busy === 0 && { run: null }) })
  }

  #change(changes: Partial<EngineState>): void {
    const before = this.#state
    this.#state = { ...before, ...changes }
    if (Object.keys(changes).some(key => before[key as keyof EngineState] !== this.#state[key as keyof EngineState])) this.#options.onState(this.#state)
  }

  #settle(): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const wake of waiting) wake()
  }
}

/** Whether the process is gone, or is so within a moment: its channel closes before its end is known. */
async function hasEnded(engine: EngineClient): Promise<boolean> {
  return Promise.race([engine.exited.then(() => true), new Promise<false>(resolve => setTimeout(() => resolve(false), 300))])
}
