/** How long the pace looks back, in groups of steps. */
const WINDOW = 8

/** Milliseconds a step takes, over the last groups: one group alone says little, since the next is computed while it is awaited. */
export class Pace {
  #marks: { readonly at: number; readonly steps: number }[] = []
  #last = 0
  #quickest = 0

  /** From now on; a pause or an evaluation is not counted. */
  restart(at: number): void {
    this.#marks = [{ at, steps: this.#marks.at(-1)?.steps ?? 0 }]
  }

  /** `steps` more are done. */
  mark(at: number, steps: number): void {
    this.#marks.push({ at, steps: (this.#marks.at(-1)?.steps ?? 0) + steps })
    if (this.#marks.length > WINDOW + 1) this.#marks.shift()
    this.#last = this.#measure() ?? this.#last
  }

  /** 0 until something was measured. */
  get millisecondsPerStep(): number {
    return this.#last
  }

  /** When the last steps were done, or counting began: the device has been at the next ones since. */
  get since(): number {
    return this.#marks.at(-1)?.at ?? 0
  }

  /**
   * Milliseconds a step took in the quickest of the last groups; 0 until there are two, since the first compiles kernels on software adapters.
   * Who sleeps a share of it before awaiting the device does not oversleep, however slow the others were, and a
   * device that got quicker is found out within a few groups.
   */
  get quickest(): number {
    if (this.#marks.length > 2) this.#quickest = Math.min(...this.#marks.slice(1).map((mark, k) => (mark.at - (this.#marks[k]?.at ?? 0)) / Math.max(1, mark.steps - (this.#marks[k]?.steps ?? 0))))
    return this.#quickest
  }

  #measure(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)]
    return first && last && last.steps > first.steps ? (last.at - first.at) / (last.steps - first.steps) : undefined
  }
}
