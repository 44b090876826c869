import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { BitwrightError } from '../../core/errors.ts'
import type { Device } from '../../core/gpu/device.ts'
import type { Toolbox } from '../../core/gpu/executable.ts'
import { Pipelines } from '../../core/gpu/pipelines.ts'
import type { ShaderLibrary } from '../../core/gpu/shaders.ts'
import { emptyTuning, Tuner, TuningSchema, type Tuning } from '../../core/gpu/tuner.ts'
import type { Engine } from '../../core/training/session.ts'
import { codeOf, readJson, writeAtomic } from '../services/files.ts'
import { homeFolders } from '../services/home.ts'
import { openShaders } from '../services/shaders.ts'
import { nodeHost, openDawn } from './dawn.ts'

/** Within this time after the first sign of it, a lost device says so. */
const LOSS_MILLISECONDS = 50

/** As a job's context logs. */
export type Log = (level: 'info' | 'warning', message: string) => void

/** Between two lines that say how far the measuring of kernels is; a large network on a software adapter takes minutes, once. */
const TELL_MILLISECONDS = 10_000

/** The device of this process with what is compiled for it, and whether it still can be trusted. */
export class Workshop {
  readonly device: Device
  readonly #shaders: ShaderLibrary = openShaders()
  readonly #pipelines: Pipelines
  readonly #engines = new Map<string, Promise<Engine>>()
  /** To be called when the device is lost: what waits for it may wait forever then. */
  readonly #waiting = new Set<(failure: BitwrightError) => void>()
  #failure: BitwrightError | undefined
  #loss: BitwrightError | undefined
  /** Resolves when the device is lost, never otherwise. */
  readonly lost: Promise<void>

  private constructor(device: Device) {
    this.device = device
    this.#pipelines = new Pipelines(device.device)
    device.device.onuncapturederror = ({ error }) => {
      this.#failure ??= new BitwrightError({ what: `the GPU refused a command: ${error.message}`, where: device.adapter.name, remedy: 'update the driver; if it happens again, report it with the output of "bitwright doctor"' })
    }
    this.lost = device.lost.then(reason => {
      const failure = new BitwrightError({ what: `the GPU device was lost (${reason.trim()})`, where: device.adapter.name, remedy: 'start again; what was saved is intact, and "bitwright resume RUN" goes on from there' })
      this.#failure = failure
      this.#loss = failure
      for (const fail of this.#waiting) fail(failure)
    })
  }

  static async open(): Promise<Workshop> {
    return new Workshop(await openDawn())
  }

  /** Why the device cannot be trusted any more: this process should end then, so that another one opens it anew. */
  get failure(): BitwrightError | undefined {
    return this.#failure
  }

  /** Why the device is gone: by no fault of what it computed. */
  get loss(): BitwrightError | undefined {
    return this.#loss
  }

  /** Throws if anything went wrong on the device: what was computed since may be wrong. */
  check(): void {
    if (this.#failure) throw this.#failure
  }

  /** Result of `work` on the device, or the reason why the device failed meanwhile. */
  async guard<T>(work: Promise<T>): Promise<T> {
    let forget = (): void => undefined
    // Not Promise.race with `lost`: that promise would hold on to every result for as long as the process lives.
    const failed = new Promise<never>((_, reject) => {
      this.#waiting.add(reject)
      forget = () => this.#waiting.delete(reject)
    })
    try {
      const result = await Promise.race([work, failed])
      this.check()
      return result
    } catch (error) {
      // A lost device also fails whatever was waiting for it, sometimes before it says that it is lost.
      if (!this.#failure && !(error instanceof BitwrightError)) await nodeHost.sleep(LOSS_MILLISECONDS)
      this.check()
      throw error
    } finally {
      forget()
    }
  }

  /** The engine whose measurements are kept in `home`. */
  engine(home: string, log: Log): Promise<Engine> {
    let engine = this.#engines.get(home)
    if (!engine) {
      engine = this.#make(home, log)
      this.#engines.set(home, engine)
      engine.catch(() => this.#engines.delete(home))
    }
    return engine
  }

  async #make(home: string, log: Log): Promise<Engine> {
    const warn = (message: string): void => log('warning', message)
    const { adapter } = this.device
    const { tuning: folder } = homeFolders(home)
    const path = join(folder, `${fileNameOf(adapter.name)}.json`)
    const tuning = await loadTuning(path, adapter.name, warn)
    const tools = { device: this.device, shaders: this.#shaders, pipelines: this.#pipelines }
    let told = nodeHost.now()
    let choices = 0
    const tuner = new Tuner(tools, nodeHost, tuning, async measured => {
      choices++
      if (nodeHost.now() - told > TELL_MILLISECONDS) {
        told = nodeHost.now()
        log('info', `choosing the fastest kernels on this adapter, once for each size: ${choices} chosen so far`)
      }
      try {
        await mkdir(folder, { recursive: true })
        await writeAtomic(path, `${JSON.stringify(measured, undefined, 1)}\n`)
      } catch (error) {
        // Measured again next time: a loss of seconds, no reason to fail.
        warn(`measurements of this adapter were not kept: ${error instanceof Error ? error.message : String(error)}`)
      }
    })
    const toolbox: Toolbox = { ...tools, choose: tuner.choose }
    return { toolbox, tuner, host: nodeHost }
  }

  /** Waits until the device has nothing left to do, but not longer than `milliseconds`; false if it still has. */
  async drain(milliseconds: number): Promise<boolean> {
    const idle = this.device.device.queue.onSubmittedWorkDone().then(() => true, () => true)
    return Promise.race([idle, this.lost.then(() => true), nodeHost.sleep(milliseconds).then(() => false)])
  }
}

/** What was measured on this adapter before. A file that cannot be used is set aside, and all is measured again. */
async function loadTuning(path: string, adapter: string, warn: (message: string) => void): Promise<Tuning> {
  try {
    const tuning = await readJson(path, TuningSchema)
    if (tuning.adapter === adapter) return tuning
    throw new BitwrightError({ what: `expected measurements of ${adapter}, found those of ${tuning.adapter}`, where: path })
  } catch (error) {
    if (!(error instanceof BitwrightError)) throw error
    if (codeOf(error.cause) === 'ENOENT') return emptyTuning(adapter)
    const aside = `${path}.damaged`
    const moved = await rename(path, aside).then(() => `is now ${aside}`, () => 'could not be moved')
    warn(`kernels are measured again; the file of measurements ${moved}: ${error.message}`)
    return emptyTuning(adapter)
  }
}

/** Adapters' names have blanks, brackets and slashes. */
function fileNameOf(adapter: string): string {
  return adapter.normalize('NFKD').replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^[-.]+|[-.]+$/g, '').slice(0, 100) || 'adapter'
}
