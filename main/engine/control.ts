import type { Trainer } from '../../core/training/trainer.ts'

/** Carries pause, resume and stop to a run, also before it has got a trainer. */
export class RunControl {
  #trainer: Trainer | undefined
  #wanted: 'run' | 'pause' | 'stop' = 'run'
  #abandoned: string | undefined

  attach(trainer: Trainer): void {
    this.#trainer = trainer
    if (this.#wanted === 'pause') trainer.pause()
    if (this.#wanted === 'stop') trainer.stop()
  }

  act(action: 'pause' | 'resume' | 'stop'): void {
    // A stop is final.
    if (this.#wanted !== 'stop') this.#wanted = action === 'resume' ? 'run' : action
    this.#trainer?.[action]()
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
