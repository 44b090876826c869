import { clusterPatterns } from '../../../../core/analysis/clusters.ts'
import { isLeading, patternOf, type FilterBank } from '../../../../core/analysis/filterBank.ts'
import { popcount } from '../../../../core/analysis/signs.ts'
import type { LookedLayer, Tiles } from './tiles.ts'

export type Order = 'count' | 'key' | 'channel' | 'cluster'

/** `every`: a tile for every 2D filter, else one for each distinct pattern. `paired`: opposite patterns stand side by side and count as one. */
export interface Arranging {
  readonly every: boolean
  readonly order: Order
  readonly paired: boolean
}

export interface Arrangement {
  /** What a place holds: a pattern, or an item of the tiles; or NOTHING, where a pattern would be, or SPACE. */
  readonly of: 'patterns' | 'items'
  readonly places: Uint32Array
}

export const NOTHING = 0xffffffff
/** Between clusters. Whatever is at least this is no number of a pattern or an item. */
export const SPACE = 0xfffffffe

/** Bits that may differ from the leader of a cluster. */
export function clusterReach({ bits }: Pick<Tiles, 'bits'>): number {
  // A ninth of a filter; of a unit with many inputs clearly fewer than the half that unrelated ones differ in.
  return bits <= 128 ? Math.max(1, Math.floor(bits / 9)) : Math.floor(0.4 * bits)
}

export function arrange(looked: LookedLayer, { every, order, paired }: Arranging): Arrangement {
  const { bank, tiles } = looked
  if (!bank) return { of: 'items', places: unitOrder(tiles, order, paired) }
  if (order === 'channel') return { of: 'items', places: byChannel(bank) }
  const groups = leaderGroups(bank, order, paired)
  const leaders = groups.flat()
  const oppositeOf = (id: number): number => bank.inverses[id] as number
  if (every) return { of: 'items', places: itemsInOrder(bank, paired ? leaders.flatMap(id => (oppositeOf(id) === id ? [id] : [id, oppositeOf(id)])) : leaders) }
  // Two places for each pair, nothing where the opposite does not occur; two of space keep the pairs at even places.
  const placed = groups.map(group => (paired ? group.flatMap(id => [id, oppositeOf(id) === id ? NOTHING : oppositeOf(id)]) : group))
  return { of: 'patterns', places: Uint32Array.from(placed.flatMap((group, at) => (at === 0 ? group : [SPACE, SPACE, ...group]))) }
}

/** Slices by output channel, then by input map: place output * inputs + input. */
function byChannel({ inputs, outputs }: FilterBank): Uint32Array {
  const places = new Uint32Array(inputs * outputs)
  for (let output = 0, place = 0; output < outputs; output++) for (let input = 0; input < inputs; input++, place++) places[place] = input * outputs + output
  return places
}

/** All patterns in this order, cluster by cluster; paired: of every two opposite ones the leading one, for both. */
function leaderGroups(bank: FilterBank, order: Exclude<Order, 'channel'>, paired: boolean): number[][] {
  const { counts, inverses, kernel, patterns, words } = bank
  const taps = kernel * kernel
  const leaders = Array.from(counts, (_, id) => id).filter(id => !paired || inverses[id] === id || isLeading(patternOf(bank, id), taps))
  const weightOf = (id: number): number => (counts[id] as number) + (paired && inverses[id] !== id ? (counts[inverses[id] as number] as number) : 0)
  const byKey = (a: number, b: number): number => compareKeys(patterns, words, a, b)
  if (order === 'cluster') {
    const own = Uint32Array.from(leaders.flatMap(id => [...patternOf(bank, id)]))
    const clusters = clusterPatterns(own, { bits: taps, words, weights: leaders.map(weightOf), most: clusterReach({ bits: taps }), merged: paired })
    return clusters.map(({ members }) => members.map(at => leaders[at] as number))
  }
  return [leaders.sort(order === 'count' ? (a, b) => weightOf(b) - weightOf(a) || byKey(a, b) : byKey)]
}

/** Counting sort: every pattern's slices stand together, by map and channel. */
function itemsInOrder({ ids, counts }: FilterBank, patterns: readonly number[]): Uint32Array {
  const next = new Uint32Array(counts.length)
  let place = 0
  for (const id of patterns) {
    next[id] = place
    place += counts[id] as number
  }
  const places = new Uint32Array(ids.length)
  for (let item = 0; item < ids.length; item++) {
    const id = ids[item] as number
    places[next[id] as number] = item
    next[id] = (next[id] as number) + 1
  }
  return places
}

/** By the highest word first, as numbers: the order of their texts. */
function compareKeys(patterns: Uint32Array, words: number, a: number, b: number): number {
  for (let word = words - 1; word >= 0; word--) {
    const difference = (patterns[a * words + word] as number) - (patterns[b * words + word] as number)
    if (difference !== 0) return difference
  }
  return 0
}

/** Units of a dense layer: by number, by how many of their weights are +1, by their bits, or by likeness. */
function unitOrder({ ids, patterns, words, bits }: Tiles, order: Order, paired: boolean): Uint32Array {
  const units = Array.from(ids)
  if (order === 'channel') return ids
  if (order === 'cluster') return Uint32Array.from(clusterPatterns(patterns, { bits, words, weights: new Uint32Array(units.length), most: clusterReach({ bits }), merged: paired }).sort((a, b) => b.members.length - a.members.length).flatMap(({ members }) => members))
  const positive = units.map(unit => patterns.subarray(unit * words, (unit + 1) * words).reduce((sum, word) => sum + popcount(word), 0))
  const compare = order === 'count' ? (a: number, b: number) => (positive[b] as number) - (positive[a] as number) || a - b : (a: number, b: number) => compareKeys(patterns, words, a, b)
  return Uint32Array.from(units.sort(compare))
}
