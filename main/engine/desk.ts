import type { z } from 'zod'
import { BitwrightError } from '../../core/errors.ts'
import type { EngineRoute, EngineRoutes } from '../contract/engine.ts'
import type { JobContext } from './context.ts'
import { RunControl } from './control.ts'
import { bench } from './jobs/bench.ts'
import { doctor } from './jobs/doctor.ts'
import { memory } from './jobs/memory.ts'
import { estimate } from './jobs/estimate.ts'
import { evaluate } from './jobs/evaluate.ts'
import { fork } from './jobs/fork.ts'
import { predict } from './jobs/predict.ts'
import { preview } from './jobs/preview.ts'
import { resume } from './jobs/resume.ts'
import { train } from './jobs/train.ts'

type Input<R extends EngineRoute> = z.output<EngineRoutes[R]['input']>
type Output<R extends EngineRoute> = z.input<EngineRoutes[R]['output']>
type Jobs = { readonly [R in Exclude<EngineRoute, 'control' | 'change' | 'ping'>]: (context: JobContext, input: Input<R>) => Promise<Output<R>> }

const jobs: Jobs = { doctor, memory, estimate, train, resume, fork, eval: evaluate, predict, preview, bench }

/** Jobs that have the device to themselves, for as long as they take. */
type Long = 'train' | 'resume' | 'fork' | 'bench'

/** Hands work to jobs: one at a time, and nothing else while a run is under way. */
export class Desk {
  readonly #tools: Omit<JobContext, 'control'>
  #under: { readonly route: Long; readonly control: RunControl } | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(tools: Omit<JobContext, 'control'>) {
    this.#tools = tools
  }

  async do(route: EngineRoute, input: unknown): Promise<unknown> {
    switch (route) {
      case 'ping':
        return {}
      case 'control': {
        const { action } = input as Input<'control'>
        this.#under?.control.act(action)
        return this.#under !== undefined
      }
      case 'change':
        if (!this.#under || this.#under.route === 'bench') throw new BitwrightError({ what: 'no run is under way', remedy: 'resume the run first' })
        return this.#under.control.change(input as Input<'change'>)
      case 'doctor':
        return doctor(this.#context(new RunControl()))
      case 'memory':
        return memory(this.#context(new RunControl()), input as Input<'memory'>)
      case 'train':
      case 'resume':
      case 'fork':
      case 'bench':
        return this.#long(route, input)
      case 'estimate':
      case 'eval':
      case 'predict':
      case 'preview':
        this.#refuseWhileBusy()
        return this.#next(route, input, new RunControl())
    }
  }

  /** Lets the run under way go without another checkpoint. False if it has not ended after `milliseconds`. */
  async leave(milliseconds: number, why: string): Promise<boolean> {
    this.#under?.control.abandon(why)
    const idle = this.#queue.then(() => true)
    return Promise.race([idle, new Promise<false>(resolve => setTimeout(() => resolve(false), milliseconds))])
  }

  async #long(route: Long, input: unknown): Promise<unknown> {
    this.#refuseWhileBusy()
    const under = { route, control: new RunControl() }
    this.#under = under
    try {
      return await this.#next(route, input, under.control)
    } finally {
      this.#under = undefined
    }
  }

  /** After the jobs before it, whatever became of them. */
  #next(route: keyof Jobs, input: unknown, control: RunControl): Promise<unknown> {
    // The entry has parsed the input with the schema of this very route.
    const job = jobs[route] as (context: JobContext, input: unknown) => Promise<unknown>
    const work = this.#queue.then(() => job(this.#context(control), input))
    this.#queue = work.catch(() => undefined)
    return work
  }

  #context(control: RunControl): JobContext {
    return { ...this.#tools, control }
  }

  #refuseWhileBusy(): void {
    if (!this.#under) return
    const doing = this.#under.route === 'bench' ? 'is measuring' : 'is training a run'
    throw new BitwrightError({ what: `the engine ${doing}`, remedy: 'wait until it has ended, or stop it first' })
  }
}
