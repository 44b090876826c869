import { join } from 'node:path'
import { BitwrightError } from '../../../core/errors.ts'
import { HolderFaceSchema, type HolderFace, type HomeState } from '../../contract/app/workbench.ts'
import { faultOf } from '../../contract/faults.ts'
import { acquireLock, lockHolder, type Holder, type RunLock } from '../runs/lock.ts'

/** In the home. */
const LOCK_FILE = 'host.lock'
/** Between two looks whether whoever holds the home is still there. */
const LOOK_MILLISECONDS = 2000

export interface HoldOptions {
  readonly home: string
  readonly face: HolderFace
  readonly tell: (state: HomeState) => void
  /** Called when the home has become ours. */
  readonly taken: () => void
}

/**
 * The right to train and queue in a home: of several hosts that opened one, the first has it, so that no two work off one queue. It ends
 * with its process. A home that passes from one to the next does so when a person says so.
 */
export class HomeHold {
  readonly #options: HoldOptions
  readonly #path: string
  #lock: RunLock | undefined
  #state: HomeState = { mine: false, holder: null, fault: null }
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** Resolves when it is known whose the home is. Never rejects. */
  readonly settled: Promise<void>

  constructor(options: HoldOptions) {
    this.#options = options
    this.#path = join(options.home, LOCK_FILE)
    this.settled = this.#try().then(() => this.#watch())
  }

  get state(): HomeState {
    return this.#state
  }

  /** Rejects, with who holds it, unless the home is ours. */
  async require(): Promise<void> {
    await this.settled
    if (this.#state.mine) return
    const { holder, fault } = this.#state
    if (fault !== null) throw new BitwrightError({ what: `this home cannot be used for training: ${fault.what}`, where: fault.where ?? this.#options.home, ...(fault.remedy !== undefined && { remedy: fault.remedy }) })
    throw new BitwrightError({
      what: holder === null ? 'another Bitwright had this home, and is gone' : `another Bitwright (process ${holder.pid}${holder.machine === null ? '' : ` on ${holder.machine}`}) trains in this home`,
      where: this.#options.home,
      remedy: holder === null ? 'take the home over, then try again' : 'train there, or end it and take the home over here',
    })
  }

  /** Takes the home over. Rejects, and says who, if somebody still holds it. */
  async take(): Promise<HomeState> {
    await this.settled
    if (!this.#state.mine) await this.#try()
    await this.require()
    return this.#state
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#lock?.release()
    this.#lock = undefined
  }

  async #try(): Promise<void> {
    const { face, taken } = this.#options
    try {
      this.#lock = await acquireLock(this.#path, { patience: 0, what: 'this home', about: { face, since: new Date().toISOString() } })
      if (this.#closed) this.close()
      this.#become({ mine: true, holder: null, fault: null })
      taken()
    } catch (error) {
      const holder = await lockHolder(this.#path).catch(() => undefined)
      this.#become({ mine: false, holder: holder === undefined ? null : described(holder), fault: holder === undefined ? faultOf(error) : null })
    }
  }

  /** Looks again and again whether the holder is still there. */
  #watch(): void {
    if (this.#closed || this.#state.mine) return
    this.#timer = setTimeout(() => {
      void lockHolder(this.#path).then(
        holder => {
          if (!this.#state.mine && this.#state.fault === null) this.#become({ mine: false, holder: holder === undefined ? null : described(holder), fault: null })
        },
        () => undefined,
      ).finally(() => this.#watch())
    }, LOOK_MILLISECONDS)
    this.#timer.unref()
  }

  #become(state: HomeState): void {
    if (JSON.stringify(state) === JSON.stringify(this.#state)) return
    this.#state = state
    if (!this.#closed) this.#options.tell(state)
  }
}

function described({ pid, machine, elsewhere, about }: Holder): NonNullable<HomeState['holder']> {
  const face = HolderFaceSchema.safeParse(about['face'])
  const since = about['since'] !== undefined && !Number.isNaN(Date.parse(about['since'])) ? new Date(about['since']).toISOString() : null
  return { pid, face: face.success ? face.data : null, since, machine: elsewhere ? machine : null }
}
