/**
 * How many distinct patterns random filters would have: the classical occupancy problem, `draws` balls into `kinds` boxes (bnn-spec 5.2).
 * Kinds may be as many as 2^121; nothing here subtracts nearly equal numbers.
 */

/** Kinds of k x k filters; half as many where opposite ones count as one. */
export function patternKinds(kernel: number, merged: boolean): number {
  return 2 ** (kernel * kernel - (merged ? 1 : 0))
}

/** Expected number of distinct patterns among `draws` uniform ones. */
export function expectedDistinct(kinds: number, draws: number): number {
  if (kinds === Infinity) return draws
  return kinds === 1 ? Math.min(1, draws) : -kinds * Math.expm1(draws * Math.log1p(-1 / kinds))
}

/** Variance of that number. */
export function distinctVariance(kinds: number, draws: number): number {
  if (kinds === 1) return 0
  // Hardly two draws ever meet: meetings are as good as independent.
  if (kinds > 1e6 * draws * draws) return (draws * (draws - 1)) / (2 * kinds)
  const empty = Math.exp(draws * Math.log1p(-1 / kinds))
  const together = Math.expm1(draws * Math.log1p(-1 / (kinds - 1) ** 2))
  return Math.max(0, kinds * empty * (1 - empty) + kinds * (kinds - 1) * empty * empty * together)
}

export interface Baseline {
  /** Expected share of distinct ones. */
  readonly fraction: number
  /** Bounds within which the share of a random layer lies 95 times in 100. */
  readonly low: number
  readonly high: number
}

/** Two-sided, of the normal distribution, which a sum over many maps approaches. */
const DEVIATIONS_95 = 1.959964

/**
 * The share of distinct patterns in independent groups (input maps) of `draws` random ones (output channels); `groups` says how many
 * there are of how many kinds.
 */
export function randomBaseline(draws: number, groups: readonly { readonly kinds: number; readonly count: number }[]): Baseline {
  let [expected, variance, count] = [0, 0, 0]
  for (const group of groups) {
    expected += group.count * expectedDistinct(group.kinds, draws)
    variance += group.count * distinctVariance(group.kinds, draws)
    count += group.count
  }
  const fraction = expected / (count * draws)
  const spread = (DEVIATIONS_95 * Math.sqrt(variance)) / (count * draws)
  return { fraction, low: Math.max(1 / draws, fraction - spread), high: Math.min(1, fraction + spread) }
}
