import type { ChildProcess } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import type { z } from 'zod'
import { parseAs } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { engineEvents, engineRoutes, ReplySchema, type EngineEvent, type EngineEvents, type EngineRoute, type EngineRoutes } from '../../contract/engine.ts'
import { errorOf } from '../../contract/faults.ts'
import { followLines } from './output.ts'
import { exitOf, spawnEngine, type Exit, type SpawnOptions } from './spawn.ts'

export type { Exit }

type RawInput<R extends EngineRoute> = z.input<EngineRoutes[R]['input']>
/** What a call takes; `home` may be left out where the client was given one. */
export type EngineInput<R extends EngineRoute> = R extends EngineRoute ? ('home' extends keyof RawInput<R> ? Omit<RawInput<R>, 'home'> & { readonly home?: string } : RawInput<R>) : never
export type EngineOutput<R extends EngineRoute> = z.output<EngineRoutes[R]['output']>

export type LogLine = z.output<EngineEvents['log']>
export type EngineMessage = { [E in Exclude<EngineEvent, 'log'>]: { readonly event: E; readonly data: z.output<EngineEvents[E]> } }[Exclude<EngineEvent, 'log'>]
export interface EngineOptions extends SpawnOptions {
  /** Absolute path, filled into calls that name none. */
  readonly home?: string
  readonly onEvent?: (message: EngineMessage) => void
  /** Lines for the log: what jobs say, and what the process prints. */
  readonly onLog?: (line: LogLine) => void
}

export interface EngineClient {
  readonly pid: number | undefined
  /** Rejects with a BitwrightError: the engine's refusal, or how it died; in that case after `exited` has resolved. */
  call<R extends EngineRoute>(route: R, input: EngineInput<R>): Promise<EngineOutput<R>>
  /** Stops a run after a checkpoint, then ends the process; whatever does not end in time is killed. */
  close(): Promise<void>
  /** How the process ended. Never rejects. */
  readonly exited: Promise<Exit>
}

const STOP_MILLISECONDS = 10_000
const EXIT_MILLISECONDS = 5_000

interface Pending {
  readonly route: EngineRoute
  resolve(output: unknown): void
  reject(error: BitwrightError): void
}

/** Starts an engine process. Returns at once; calls made before it is up are kept in its channel. */
export function startEngine(options: EngineOptions = {}): EngineClient {
  return new Client(options)
}

class Client implements EngineClient {
  readonly exited: Promise<Exit>
  readonly #options: EngineOptions
  readonly #child: ChildProcess
  readonly #pending = new Map<number, Pending>()
  #next = 0
  #run: string | undefined
  #gone: BitwrightError | undefined
  #closing: Promise<void> | undefined

  constructor(options: EngineOptions) {
    this.#options = options
    this.#child = spawnEngine(options)
    const child = this.#child
    followLines(child.stdout, message => this.#log({ level: 'info', message }))
    followLines(child.stderr, message => this.#warn(message))
    child.on('message', message => this.#receive(message))
    child.once('error', error => {
      if (child.pid === undefined) this.#fail(new BitwrightError({ what: `the engine did not start: ${error.message}`, where: child.spawnfile, remedy: 'run "bitwright doctor"', cause: error }))
    })
    this.exited = exitOf(child)
    // Registered first, but what becomes of the calls takes further turns: whoever waits for `exited` from now on hears of it before they do.
    void this.exited.then(exit => this.#fail(this.#death(exit)))
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  async call<R extends EngineRoute>(route: R, input: EngineInput<R>): Promise<EngineOutput<R>> {
    const { home } = this.#options
    const schema = engineRoutes[route]
    const full: unknown = home !== undefined && 'home' in schema.input.shape ? { home, ...input } : input
    const parsed = parseAs(schema.input, full, `the input of ${route}`)
    if (this.#gone) throw this.#gone
    const id = this.#next++
    const output = await new Promise<unknown>((resolve, reject) => {
      this.#pending.set(id, { route, resolve, reject })
      this.#child.send({ id, route, input: parsed }, error => {
        // The channel is closed: how the process ended is known in a moment, and says more.
        if (error) void this.exited.then(exit => this.#fail(this.#death(exit)))
      })
    })
    return parseAs(schema.output, output, `the engine's answer to ${route}`) as EngineOutput<R>
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const child = this.#child
    if (this.#gone) {
      await this.exited
      return
    }
    if ([...this.#pending.values()].some(({ route }) => isRun(route))) {
      await this.call('control', { action: 'stop' }).catch(() => undefined)
      await within(STOP_MILLISECONDS, this.#settled())
    }
    if (child.connected) child.disconnect()
    if (!(await within(EXIT_MILLISECONDS, this.exited))) child.kill('SIGKILL')
    await this.exited
  }

  /** When no run is under way any more. */
  async #settled(): Promise<void> {
    while ([...this.#pending.values()].some(({ route }) => isRun(route))) await setTimeout(20)
  }

  #receive(message: unknown): void {
    const result = ReplySchema.safeParse(message)
    if (!result.success) {
      this.#warn('the engine sent a message that is not one of its own; it was left out')
      return
    }
    const reply = result.data
    if ('event' in reply) {
      this.#tell(reply.event, reply.data)
      return
    }
    const pending = this.#pending.get(reply.id)
    if (!pending) return
    this.#pending.delete(reply.id)
    if (isRun(pending.route)) this.#run = undefined
    if (!('fault' in reply)) pending.resolve(reply.output)
    else if (reply.ending !== true) pending.reject(errorOf(reply.fault))
    // Not before the end, lest somebody ask this process again.
    else void this.exited.then(() => pending.reject(errorOf(reply.fault)))
  }

  #tell(event: string, data: unknown): void {
    if (!Object.hasOwn(engineEvents, event)) {
      this.#warn(`the engine told of "${event}", which is unknown here`)
      return
    }
    const name = event as EngineEvent
    const result = engineEvents[name].safeParse(data)
    if (!result.success) this.#warn(`the engine told of "${name}" in a way that is not understood: ${result.error.issues[0]?.message}`)
    else if (name === 'log') this.#log(result.data as LogLine)
    else {
      // The pair was parsed with the schema of its name.
      const message = { event: name, data: result.data } as EngineMessage
      if (message.event === 'state') this.#run = message.data.run
      this.#options.onEvent?.(message)
    }
  }

  #warn(message: string): void {
    this.#log({ level: 'warning', message })
  }

  #log(line: LogLine): void {
    this.#options.onLog?.(line)
  }

  #fail(error: BitwrightError): void {
    this.#gone ??= error
    const pending = [...this.#pending.values()]
    this.#pending.clear()
    for (const call of pending) call.reject(error)
  }

  #death({ code, signal }: Exit): BitwrightError {
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`
    if (this.#closing) return new BitwrightError({ what: 'the engine was closed', remedy: 'start it again' })
    return new BitwrightError({
      what: `the engine died with ${how}${this.#run === undefined ? '' : '; what was saved of the run is intact'}`,
      remedy: this.#run === undefined ? 'try again; if it happens again, run "bitwright doctor"' : `go on with "bitwright resume ${this.#run}"`,
    })
  }
}

function isRun(route: EngineRoute): boolean {
  return route === 'train' || route === 'resume' || route === 'fork'
}

/** Whether `work` ended within `milliseconds`. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const timer = new AbortController()
  try {
    return await Promise.race([work.then(() => true), setTimeout(milliseconds, false, { signal: timer.signal }).catch(() => false)])
  } finally {
    timer.abort()
  }
}
