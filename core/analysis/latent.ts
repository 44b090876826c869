/** Latent weights in cells of one width. */
export interface Histogram {
  readonly low: number
  readonly high: number
  /** Of each cell, from `low` on; the last one holds `high` too. */
  readonly counts: Uint32Array<ArrayBuffer>
}

export interface LatentStatistics extends Histogram {
  /** Shares of the weights: of a magnitude of at least `clip`, and of 0 or more. */
  readonly atClip: number
  readonly positive: number
  readonly mean: number
  /** Mean magnitude. */
  readonly magnitude: number
}

/** The share of weights of a magnitude of at least `clip`, and the mean magnitude; sums in order, in float64. */
export function magnitudesOf(values: Float32Array, clip: number): Pick<LatentStatistics, 'atClip' | 'magnitude'> {
  let [clipped, sum] = [0, 0]
  // Not for-of, which takes three times as long over a typed array.
  for (let at = 0; at < values.length; at++) {
    const magnitude = Math.abs(values[at] as number)
    sum += magnitude
    if (magnitude >= clip) clipped++
  }
  return { atClip: clipped / values.length, magnitude: sum / values.length }
}

/** Of at least one finite value. Cells are laid from -clip to clip where nothing lies beyond, else evenly over all that is there. */
export function latentStatistics(values: Float32Array, cells: number, clip: number | undefined): LatentStatistics {
  let [low, high, sum, positive] = [Infinity, -Infinity, 0, 0]
  for (const value of values) {
    low = Math.min(low, value)
    high = Math.max(high, value)
    sum += value
    if (value >= 0) positive++
  }
  const [from, to] = clip !== undefined && low >= -clip && high <= clip ? [-clip, clip] : low === high ? [low - 0.5, high + 0.5] : [low, high]
  const counts = new Uint32Array(cells)
  for (const value of values) {
    const cell = Math.min(cells - 1, Math.floor(((value - from) / (to - from)) * cells))
    counts[cell] = (counts[cell] as number) + 1
  }
  const n = values.length
  return { low: from, high: to, counts, positive: positive / n, mean: sum / n, ...magnitudesOf(values, clip ?? Infinity) }
}
