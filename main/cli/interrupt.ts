import { BitwrightError } from '../../core/errors.ts'

/**
 * What Ctrl-C does. The first asks the work under way to come to a good end, if it has said how; another one, or the
 * first if it has not, ends the process at once with 130.
 */
export class Interrupts {
  #polite: (() => void) | undefined
  #asked = -Infinity
  readonly #die: () => void
  readonly #now: () => number

  constructor(die: () => void, now: () => number = () => performance.now()) {
    this.#die = die
    this.#now = now
  }

  /** Whether the work under way was asked to end. */
  get asked(): boolean {
    return this.#asked > -Infinity
  }

  /** Call for every signal. */
  readonly receive = (): void => {
    // One press reaches a program started through npm several times: from the terminal, and passed on by each parent.
    if (this.asked && this.#now() - this.#asked < SAME_PRESS_MS) return
    if (this.asked || this.#polite === undefined) {
      this.#die()
      return
    }
    this.#asked = this.#now()
    this.#polite()
  }

  /** Runs `work`; meanwhile the first interrupt calls `stop` instead of ending the process. */
  async during<T>(stop: () => void, work: () => Promise<T>): Promise<T> {
    this.#polite = stop
    try {
      return await work()
    } finally {
      this.#polite = undefined
    }
  }
}

/** Given up at the person's wish, with nothing to show for it. */
export class Interrupted extends BitwrightError {
  override readonly name = 'Interrupted'
}

const SAME_PRESS_MS = 300

export const INTERRUPTED = 130
export const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
