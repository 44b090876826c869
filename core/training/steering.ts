import { BitwrightError } from '../errors.ts'

/** What a person changes of a run under way: the learning rate from now on, in place of what the schedule gives now; epochs in all. */
export interface Change {
  readonly learningRate?: number | undefined
  readonly epochs?: number | undefined
}

/** What holds from a step on: the rate of that step, and epochs in all. */
export interface Changed {
  readonly step: number
  readonly learningRate: number
  readonly epochs: number
}

export interface Order {
  readonly change: Change
  readonly carriedOut: (changed: Changed) => void
  readonly refused: (error: Error) => void
}

/** What people want of a run, until the trainer comes to it between two steps. */
export class Steering {
  #wanted: 'run' | 'pause' | 'stop' = 'run'
  #stopAtEpochEnd = false
  #checkpoint = false
  #orders: Order[] = []
  #ended = false
  #wake: (() => void) | undefined

  pause(): void {
    if (this.#wanted === 'run') this.#wanted = 'pause'
  }

  /** Ends a pause. A run that is not paused takes back the wish to stop at the epoch's end. */
  resume(): void {
    if (this.#wanted === 'run') this.#stopAtEpochEnd = false
    if (this.#wanted === 'pause') this.#wanted = 'run'
    this.#wake?.()
  }

  /** Final. */
  stop(): void {
    this.#wanted = 'stop'
    this.#wake?.()
  }

  /** Stops once the epoch under way is finished; a pause lasts until it is resumed. */
  stopAtEpochEnd(): void {
    this.#stopAtEpochEnd = true
  }

  /** Keeps a checkpoint of the next place between two steps. */
  checkpoint(): void {
    this.#checkpoint = true
    this.#wake?.()
  }

  /** Resolves when it holds and a checkpoint has it; rejects if it makes no sense where the run stands then. */
  change(change: Change): Promise<Changed> {
    if (this.#ended) return Promise.reject(tooLate())
    return new Promise((carriedOut, refused) => {
      this.#orders.push({ change, carriedOut, refused })
      this.#wake?.()
    })
  }

  /** Read anew each time: others change it while something is awaited. */
  wants(what: 'run' | 'pause' | 'stop'): boolean {
    return this.#wanted === what
  }

  get stopsAtEpochEnd(): boolean {
    return this.#stopAtEpochEnd
  }

  /** Whether anything is to be done between two steps. */
  get waiting(): boolean {
    return this.#wanted !== 'run' || this.ordered
  }

  /** Whether `take` would give anything. */
  get ordered(): boolean {
    return this.#checkpoint || this.#orders.length > 0
  }

  /** What is to be done, which is the taker's from now on. */
  take(): { readonly orders: readonly Order[]; readonly checkpoint: boolean } {
    const taken = { orders: this.#orders, checkpoint: this.#checkpoint }
    this.#orders = []
    this.#checkpoint = false
    return taken
  }

  /** Resolves when anything more is wanted. */
  async woken(): Promise<void> {
    await new Promise<void>(resolve => (this.#wake = resolve))
    this.#wake = undefined
  }

  /** The run is over: what was not carried out is refused. */
  end(): void {
    this.#ended = true
    for (const { refused } of this.take().orders) refused(tooLate())
  }
}

function tooLate(): BitwrightError {
  return new BitwrightError({ what: 'the run ended before the change could be made', remedy: 'resume the run, or fork it from a checkpoint' })
}
