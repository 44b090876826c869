import { distance, inverted } from './filterBank.ts'

/** Patterns around one that many have: leader clustering (Hartigan 1975, chapter 3) by Hamming distance. */
export interface Cluster {
  /** The pattern around which the others lie: of those that were left, the one of the largest weight. */
  readonly leader: number
  /** All patterns of the cluster, the leader first, the nearest before the farther ones. */
  readonly members: readonly number[]
  /** Sum of their weights. */
  readonly weight: number
}

export interface ClusterOptions {
  /** Bits of a pattern. */
  readonly bits: number
  /** Words of 32 bits a pattern takes. */
  readonly words: number
  /** By pattern: how often it occurs. */
  readonly weights: ArrayLike<number>
  /** Farthest distance from the leader. */
  readonly most: number
  /** Opposite patterns count as equal. */
  readonly merged: boolean
}

/**
 * A pattern that is farther than `most` bits from all leaders becomes one; those of larger weight come first, of equal ones the lower
 * number. Then each goes to the nearest leader. The heaviest cluster comes first. Takes two times patterns times leaders comparisons.
 */
export function clusterPatterns(patterns: Uint32Array, { bits, words, weights, most, merged }: ClusterOptions): Cluster[] {
  const views = Array.from({ length: patterns.length / words }, (_, id) => patterns.subarray(id * words, (id + 1) * words))
  const apart = (a: number, b: number): number => {
    const found = distance(views[a] as Uint32Array, views[b] as Uint32Array)
    return merged ? Math.min(found, bits - found) : found
  }
  const weightOf = (id: number): number => weights[id] as number
  const order = views.map((_, id) => id).sort((a, b) => weightOf(b) - weightOf(a) || a - b)
  const found: { leader: number; members: { id: number; apart: number }[]; weight: number }[] = []
  for (const id of order) if (found.every(({ leader }) => apart(leader, id) > most)) found.push({ leader: id, members: [], weight: 0 })
  for (const id of order) {
    let [nearest, least]: [typeof found[number] | undefined, number] = [undefined, Infinity]
    for (const cluster of found) {
      const far = cluster.leader === id ? -1 : apart(cluster.leader, id)
      if (far < least) [nearest, least] = [cluster, far]
    }
    nearest?.members.push({ id, apart: least })
    if (nearest) nearest.weight += weightOf(id)
  }
  return found.sort((a, b) => b.weight - a.weight || a.leader - b.leader)
    .map(({ leader, members, weight }) => ({ leader, weight, members: members.sort((a, b) => a.apart - b.apart).map(({ id }) => id) }))
}

/** Patterns that differ from one in at most `most` bits, or whose opposite does, the nearest first. */
export function nearPatterns(patterns: Uint32Array, { bits, words, most, merged }: Omit<ClusterOptions, 'weights'>, id: number): { readonly id: number; readonly distance: number; readonly opposite: boolean }[] {
  const own = patterns.subarray(id * words, (id + 1) * words)
  const turned = inverted(own, bits)
  const near: { id: number; distance: number; opposite: boolean }[] = []
  for (let other = 0; other < patterns.length / words; other++) {
    if (other === id) continue
    const view = patterns.subarray(other * words, (other + 1) * words)
    const [same, opposite] = [distance(own, view), merged ? distance(turned, view) : Infinity]
    if (Math.min(same, opposite) <= most) near.push({ id: other, distance: Math.min(same, opposite), opposite: opposite < same })
  }
  return near.sort((a, b) => a.distance - b.distance || a.id - b.id)
}
