import { availableParallelism } from 'node:os'
import { Worker, type Transferable } from 'node:worker_threads'
import { BitwrightError } from '../../../core/errors.ts'
import type { Answer } from './serve.ts'

interface Job {
  readonly request: unknown
  readonly transfer: readonly Transferable[]
  readonly resolve: (reply: unknown) => void
  readonly reject: (error: unknown) => void
}

export interface PoolOptions {
  /** Threads; one for each core if left out. */
  readonly threads?: number | undefined
  /** What each of them is given at its start. */
  readonly data?: unknown
  /** Hears how far they are, if they tell. */
  readonly progress?: ((what: string, share: number) => void) | undefined
}

/** Threads beyond this wait for the disk or for each other. */
const MOST_THREADS = 16

/**
 * Threads that all answer the same kind of request (see serveRequests). A thread takes the next request when it is done with one, so answers
 * may come in another order than their requests went. A thread that dies fails all that is open and all that is asked later.
 */
export class Pool<Request, Reply> {
  readonly threads: number
  readonly #idle: Worker[] = []
  readonly #all: Worker[] = []
  readonly #busy = new Map<Worker, Job>()
  readonly #queue: Job[] = []
  #failure: Error | undefined

  /** `entry` is the thread's script, beside the caller; run from sources it is TypeScript. */
  constructor(entry: URL, { threads = Math.min(MOST_THREADS, availableParallelism()), data, progress }: PoolOptions = {}) {
    this.threads = threads
    for (let index = 0; index < threads; index++) {
      const worker = startThread(entry, data)
      this.#all.push(worker)
      this.#idle.push(worker)
      worker.on('message', (answer: Answer) => {
        if ('progress' in answer) progress?.(answer.progress.what, answer.progress.share)
        else this.#answered(worker, answer)
      })
      worker.on('error', error => this.#fail(error))
      worker.on('exit', code => this.#fail(new Error(`a worker thread ended with code ${code}`)))
      // What is asked keeps the process alive; idle threads do not.
      worker.unref()
    }
  }

  call(request: Request, transfer: readonly Transferable[] = []): Promise<Reply> {
    return new Promise<Reply>((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure)
        return
      }
      this.#queue.push({ request, transfer, resolve: reply => resolve(reply as Reply), reject })
      this.#next()
    })
  }

  async close(): Promise<void> {
    this.#fail(new Error('the worker threads were closed'))
    await Promise.all(this.#all.map(worker => worker.terminate()))
  }

  #next(): void {
    while (this.#idle.length > 0) {
      const job = this.#queue.shift()
      if (!job) return
      const worker = this.#idle.pop() as Worker
      this.#busy.set(worker, job)
      worker.ref()
      worker.postMessage(job.request, job.transfer)
    }
  }

  #answered(worker: Worker, answer: Exclude<Answer, { readonly progress: unknown }>): void {
    const job = this.#busy.get(worker)
    this.#busy.delete(worker)
    worker.unref()
    this.#idle.push(worker)
    if ('reply' in answer) job?.resolve(answer.reply)
    else job?.reject('stack' in answer ? new Error(answer.stack) : new BitwrightError(answer.trouble))
    this.#next()
  }

  #fail(error: Error): void {
    this.#failure ??= error
    for (const job of [...this.#busy.values(), ...this.#queue]) job.reject(this.#failure)
    this.#busy.clear()
    this.#queue.length = 0
  }
}

/** With --import tsx a thread of Node 20 still does not read TypeScript: it must register tsx itself. */
function startThread(entry: URL, workerData: unknown): Worker {
  if (!entry.pathname.endsWith('.ts')) return new Worker(entry, { workerData })
  const loader = JSON.stringify(import.meta.resolve('tsx/esm/api'))
  return new Worker(`import(${loader}).then(tsx => { tsx.register(); return import(${JSON.stringify(entry.href)}) })`, { eval: true, execArgv: [], workerData })
}

/** Script of a thread: `name` beside the module whose import.meta.url is given, TypeScript when run from sources. */
export function threadEntry(name: string, beside: string): URL {
  return new URL(`${name}.${beside.endsWith('.ts') ? 'ts' : 'js'}`, beside)
}
