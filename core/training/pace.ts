/** How long the pace looks back, in groups of steps. */
const WINDOW = 8

/** Milliseconds a step takes, over the last groups: one group alone says little, since the next is computed while it is awaited. */
export class Pace {
  #marks: { readonly at: number; readonly steps: number }[] = []
  #last = 0

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

  #measure(): number | undefined {
    const [first, last] = [this.#marks[0], this.#marks.at(-1)]
    return first && last && last.steps > first.steps ? (last.at - first.at) / (last.steps - first.steps) : undefined
  }
}
