/**
 * How close a step came to deciding otherwise. A float32 kernel that is right may still take the other side of a
 * threshold the reference sits on; a test looks at the margin and discards such a draw instead of loosening its tolerance.
 */
const GRADIENT_CATEGORIES = ['sign', 'signMask', 'stochasticSign', 'stochasticWeight', 'weightLevel', 'dropout', 'kink', 'quantize', 'maxPool', 'batchNormRounding', 'hinge'] as const
const UPDATE_CATEGORIES = ['optimizerRounding', 'weightSign'] as const
const OTHER_CATEGORIES = ['ranking', 'cancellation'] as const

/**
 * - sign: |y| where a deterministic sign is taken
 * - signMask: ||y| - 1| where the straight-through gradient is cut off
 * - stochasticSign: |(y + 1) / 2 - u|
 * - stochasticWeight: |(w + 1) / 2 - u| of a drawn weight, times 50
 * - weightLevel: distance of a k-bit weight on [0, 1] to where its level changes, times 20
 * - dropout: |u - rate|, unless equal: then the rate is a 24-bit fraction and float32 agrees
 * - kink: distance of x to where the slope of an activation changes
 * - quantize: distance of a clipped x to where rounding to k bits switches
 * - maxPool: distance of a window's largest value to any other, over the larger of 1 and both; 0 for a tie that float32 may
 *   see otherwise. Ties of what float32 finds exactly are none: the first one wins in both
 * - batchNormRounding: relative distance of c, of the inverse deviation and of gamma to where AP2 switches
 * - hinge: |1 - t y| (loss and gradient are continuous there)
 * - optimizerRounding: relative distance of the step size and of v to where AP2 switches
 * - weightSign: |w| of binary weights the update moved
 * - ranking: distance of a score to the one that decides an error count
 * - cancellation: |gradient| / sum of its terms' magnitudes, least over parameters, only for optimizers that divide by it
 */
export type MarginCategory = (typeof GRADIENT_CATEGORIES)[number] | (typeof UPDATE_CATEGORIES)[number] | (typeof OTHER_CATEGORIES)[number]

export interface Margin {
  /** Least of `gradients` and `update`. */
  readonly smallest: number
  /** Least over the decisions that outputs, loss and gradients hang on. */
  readonly gradients: number
  /** Least over the decisions that only the updated parameters and the next step hang on. */
  readonly update: number
  /** Infinity where no such decision was taken. ranking (counts only) and cancellation stand only here. */
  readonly categories: Readonly<Record<MarginCategory, number>>
}

export class Margins {
  readonly #least = new Map<MarginCategory, number>()

  record(category: MarginCategory, distance: number): void {
    // A decision on NaN is in doubt whatever it was.
    const honest = Number.isNaN(distance) ? 0 : distance
    this.#least.set(category, Math.min(honest, this.#of(category)))
  }

  report(): Margin {
    const gradients = Math.min(...GRADIENT_CATEGORIES.map(category => this.#of(category)))
    const update = Math.min(...UPDATE_CATEGORIES.map(category => this.#of(category)))
    const all = [...GRADIENT_CATEGORIES, ...UPDATE_CATEGORIES, ...OTHER_CATEGORIES]
    const categories = Object.fromEntries(all.map(category => [category, this.#of(category)])) as Record<MarginCategory, number>
    return { smallest: Math.min(gradients, update), gradients, update, categories }
  }

  #of(category: MarginCategory): number {
    return this.#least.get(category) ?? Infinity
  }
}
