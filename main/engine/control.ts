import type { z } from 'zod'
import { BitwrightError } from '../../core/errors.ts'
import type { Change, Changed } from '../../core/training/steering.ts'
import type { Trainer } from '../../core/training/trainer.ts'
import type { ControlSchema } from '../contract/engine.ts'

type Action = z.output<typeof ControlSchema>

/** Carries what people want to a run; pause, resume and stop also before it has got a trainer. */
export class RunControl {
  #trainer: Trainer | undefined
  #wanted: 'run' | 'pause' | 'stop' = 'run'
  #abandoned: string | undefined

  attach(trainer: Trainer): void {
    this.#trainer = trainer
    if (this.#wanted === 'pause') trainer.pause()
    if (this.#wanted === 'stop') trainer.stop()
  }

  act(action: Action): void {
    if (action === 'stopAtEpochEnd' || action === 'checkpoint') {
      this.#trainer?.[action]()
      return
    }
    // A stop is final.
    if (this.#wanted !== 'stop') this.#wanted = action === 'resume' ? 'run' : action
    this.#trainer?.[action]()
  }

  /** Resolves when it holds. */
  async change(change: Change): Promise<Changed> {
    if (!this.#trainer) throw new BitwrightError({ what: 'the run is still being prepared', remedy: 'try again when it trains' })
    return this.#trainer.change(change)
  }

  /** The process is about to end, and why: the run is left where its last checkpoint is. */
  abandon(why: string): void {
    this.#abandoned ??= why
    this.#trainer?.stop()
  }

  /** Why the run was left; undefined if it was not. */
  get abandoned(): string | undefined {
    return this.#abandoned
  }

  get stopping(): boolean {
    return this.#wanted === 'stop' || this.#abandoned !== undefined
  }
}
