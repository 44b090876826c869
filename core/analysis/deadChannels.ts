/** A batch normalisation as it is evaluated: y = (s - mean) * inverse * gamma + beta, a value a channel. */
export interface Normaliser {
  readonly mean: ArrayLike<number>
  readonly inverse: ArrayLike<number>
  readonly gamma: ArrayLike<number>
  readonly beta: ArrayLike<number>
}

/**
 * Channels whose sign is the same whatever comes in: sums s of at most `depth` products of +-1 and +-1 lie within +-depth (behind a bias,
 * within +-depth of it), and over all of that range the normalised value keeps its sign. A sign of 0 is +1.
 */
export function deadChannels({ mean, inverse, gamma, beta }: Normaliser, depth: number, bias?: ArrayLike<number>): number[] {
  const positive = (channel: number, sum: number): boolean => {
    const value = (sum + (bias?.[channel] ?? 0) - (mean[channel] as number)) * (inverse[channel] as number) * (gamma[channel] as number) + (beta[channel] as number)
    return value >= 0
  }
  return Array.from({ length: mean.length }, (_, channel) => channel).filter(channel => positive(channel, -depth) === positive(channel, depth))
}
