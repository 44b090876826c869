/** How a curve is smoothed; `weight` 0 leaves it as it is, towards 1 it follows its past more. */
export interface Smoothing {
  readonly kind: 'average' | 'timeWeighted'
  /** From 0 up to, but not including, 1. */
  readonly weight: number
}

/** A time-weighted average forgets by distances in thousandths of the span, so that a weight means the same for 300 points as for 300,000. */
const UNITS_A_SPAN = 1000

/**
 * Exponential moving averages of values in the order of their x, as they come: `extend` takes the series with more at its end and
 * works on those alone. Both are divided by the weight that has been given so far, so that they begin at the first value and not at 0.
 *
 * `average` counts points: s = w s + (1 - w) y, divided by 1 - w^n, as TensorBoard draws it (a series of one value stays that value, to
 * the last bit). `timeWeighted` counts distance in x, so that dense stretches weigh no more than sparse ones: s = w^d s + y, divided by the
 * same sum of ones, where d is the distance in thousandths of `span`. What is not finite is passed on and counts for nothing.
 */
export class Smoothed {
  readonly #smoothing: Smoothing
  readonly #span: number
  #values = new Float64Array(0)
  #length = 0
  #sum = 0
  #weights = 0
  #lastX = NaN
  #first = NaN
  #constant = true

  /** `span`: the width in x that a time-weighted average refers to. */
  constructor(smoothing: Smoothing, span: number) {
    this.#smoothing = smoothing
    this.#span = span > 0 ? span : 1
  }

  get values(): Float64Array {
    return this.#values.subarray(0, this.#length)
  }

  /** Takes what `x` and `y` hold beyond what it has; the rest must be the same as before. */
  extend(x: Float64Array, y: Float64Array): void {
    if (y.length > this.#values.length) {
      const grown = new Float64Array(Math.max(y.length, 2 * this.#values.length))
      grown.set(this.#values)
      this.#values = grown
    }
    for (; this.#length < y.length; this.#length++) this.#values[this.#length] = this.#next(x[this.#length] ?? NaN, y[this.#length] ?? NaN)
  }

  #next(x: number, y: number): number {
    if (!Number.isFinite(y)) return y
    if (Number.isNaN(this.#first)) this.#first = y
    this.#constant &&= y === this.#first
    const { kind, weight } = this.#smoothing
    const kept = kind === 'average' ? weight : weight ** ((UNITS_A_SPAN * Math.max(0, x - (Number.isNaN(this.#lastX) ? x : this.#lastX))) / this.#span)
    const added = kind === 'average' ? 1 - weight : 1
    this.#lastX = x
    this.#sum = kept * this.#sum + added * y
    this.#weights = kept * this.#weights + added
    return this.#constant ? y : this.#sum / this.#weights
  }
}

/**
 * The span that a time-weighted average of a growing series refers to: its width, rounded up to a power of two, so that it changes, and with it
 * the whole curve, only when the series has doubled.
 */
export function spanOf(x: Float64Array): number {
  const width = (x.at(-1) ?? 0) - (x[0] ?? 0)
  return width > 0 ? 2 ** Math.ceil(Math.log2(width)) : 1
}
