import { distance, isLeading, keyText, mergedClasses, patternOf, type FilterBank } from './filterBank.ts'
import { patternKinds, randomBaseline, type Baseline } from './random.ts'

/** How often the 2D filters of one convolution repeat. "Merged": opposite signs count as one, as Hubara et al. (supplement C) have it. */
export interface Repetition {
  /** 2D filters: inputs * outputs. */
  readonly slices: number
  /** Distinct ones of every input map, added up over the maps: what has to be computed when each is computed once a map. */
  readonly distinct: number
  readonly distinctMerged: number
  /** The same as shares of all slices. */
  readonly fraction: number
  readonly fractionMerged: number
  readonly random: Baseline
  readonly randomMerged: Baseline
  /** Distinct ones in the whole layer, whichever map they belong to. */
  readonly layerDistinct: number
  readonly layerDistinctMerged: number
  /** Bits of surprise of a filter in the whole layer: 0 if all are equal, k * k (merged: one less) if all are as frequent. */
  readonly entropy: number
  readonly entropyMerged: number
  /** Whole (3D) filters that are distinct: output channels of different weights. */
  readonly distinctChannels: number
  readonly distinctChannelsMerged: number
}

export function repetitionOf(bank: FilterBank): Repetition {
  const { kernel, inputs, outputs, ids, counts } = bank
  const classes = mergedClasses(bank)
  const slices = inputs * outputs
  const distinct = distinctPerMap(bank, id => id).reduce((sum, n) => sum + n, 0)
  const distinctMerged = distinctPerMap(bank, id => classes[id] as number).reduce((sum, n) => sum + n, 0)
  const mergedCounts = new Uint32Array(counts.length)
  for (const id of ids) mergedCounts[classes[id] as number] = (mergedCounts[classes[id] as number] as number) + 1
  const groups = channelGroups(bank)
  return {
    slices,
    distinct,
    distinctMerged,
    fraction: distinct / slices,
    fractionMerged: distinctMerged / slices,
    random: randomBaseline(outputs, [{ kinds: patternKinds(kernel, false), count: inputs }]),
    randomMerged: randomBaseline(outputs, [{ kinds: patternKinds(kernel, true), count: inputs }]),
    layerDistinct: counts.length,
    layerDistinctMerged: mergedCounts.reduce((sum, count) => sum + Number(count > 0), 0),
    entropy: entropyOf(counts),
    entropyMerged: entropyOf(mergedCounts),
    distinctChannels: groups.reduce((sum, { same, opposite }) => sum + Number(same.length > 0) + Number(opposite.length > 0), 0),
    distinctChannelsMerged: groups.length,
  }
}

/** Distinct filters of every input map, by the class that `classOf` puts a pattern into. */
export function distinctPerMap({ inputs, outputs, ids, counts }: FilterBank, classOf: (id: number) => number): Uint32Array {
  // A class was seen in this map if its stamp says so: nothing to clear between maps.
  const seen = new Int32Array(counts.length).fill(-1)
  const distinct = new Uint32Array(inputs)
  for (let input = 0; input < inputs; input++) {
    for (let at = input * outputs; at < (input + 1) * outputs; at++) {
      const found = classOf(ids[at] as number)
      if (seen[found] === input) continue
      seen[found] = input
      distinct[input] = (distinct[input] as number) + 1
    }
  }
  return distinct
}

function entropyOf(counts: Uint32Array): number {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.reduce((sum, count) => (count === 0 ? sum : sum - (count / total) * Math.log2(count / total)), 0)
}

/** Output channels whose whole filters are equal or opposite to that of the first of them. */
export interface ChannelGroup {
  readonly same: readonly number[]
  readonly opposite: readonly number[]
}

/** All output channels, in groups of equal and opposite whole filters; most groups have one channel. */
export function channelGroups({ inputs, outputs, ids, inverses }: FilterBank): ChannelGroup[] {
  // A pattern without its opposite in the layer stands for itself in `inverses`; no channel is opposite to one that has it.
  const turned = Int32Array.from(inverses, (inverse, id) => (inverse === id ? -1 : inverse))
  const [hashes, opposites] = [hashColumns(ids, inputs, outputs, id => id), hashColumns(ids, inputs, outputs, id => turned[id] as number)]
  const agree = (a: number, b: number, as: (id: number) => number): boolean => {
    for (let at = 0; at < ids.length; at += outputs) if (ids[at + a] !== as(ids[at + b] as number)) return false
    return true
  }
  const groups: { same: number[]; opposite: number[] }[] = []
  const byHash = new Map<number, { same: number[]; opposite: number[] }[]>()
  for (let output = 0; output < outputs; output++) {
    const same = byHash.get(hashes[output] as number)?.find(group => agree(group.same[0] as number, output, id => id))
    if (same) {
      same.same.push(output)
      continue
    }
    const opposite = byHash.get(opposites[output] as number)?.find(group => agree(group.same[0] as number, output, id => turned[id] as number))
    if (opposite) {
      opposite.opposite.push(output)
      continue
    }
    const group = { same: [output], opposite: [] }
    groups.push(group)
    byHash.set(hashes[output] as number, [...(byHash.get(hashes[output] as number) ?? []), group])
  }
  return groups
}

/** A number for the patterns of every output channel: equal channels have equal ones, others hardly ever (two FNV-1a of 32 bits). */
function hashColumns(ids: Uint32Array, inputs: number, outputs: number, as: (id: number) => number): Float64Array {
  const [low, high] = [new Int32Array(outputs).fill(0x811c9dc5), new Int32Array(outputs).fill(0x2166f32d)]
  for (let input = 0, at = 0; input < inputs; input++) {
    for (let output = 0; output < outputs; output++, at++) {
      const id = as(ids[at] as number)
      low[output] = Math.imul((low[output] as number) ^ id, 0x01000193)
      high[output] = Math.imul((high[output] as number) ^ id, 0x27d4eb2f)
    }
  }
  return Float64Array.from(low, (word, output) => (word >>> 0) + ((high[output] as number) & 0x1fffff) * 2 ** 32)
}

export interface TopFilter {
  /** In hexadecimal, tap 0 the lowest bit. */
  readonly key: string
  readonly id: number
  readonly count: number
  /** Slices of the opposite signs. */
  readonly opposite: number
  /** Input maps that have it or its opposite. */
  readonly maps: number
}

/** The most frequent filters of a layer with their opposites, by joint count; of equal counts the lower key first. */
export function topFilters(bank: FilterBank, most: number): TopFilter[] {
  const { kernel, inputs, outputs, ids, counts, inverses } = bank
  const classes = mergedClasses(bank)
  const maps = new Uint32Array(counts.length)
  const seen = new Int32Array(counts.length).fill(-1)
  for (let input = 0; input < inputs; input++) {
    for (let at = input * outputs; at < (input + 1) * outputs; at++) {
      const found = classes[ids[at] as number] as number
      if (seen[found] === input) continue
      seen[found] = input
      maps[found] = (maps[found] as number) + 1
    }
  }
  const found: TopFilter[] = []
  for (const [id, merged] of classes.entries()) {
    if (merged !== id) continue
    const inverse = inverses[id] as number
    const leading = inverse === id || isLeading(patternOf(bank, id), kernel * kernel) ? id : inverse
    const other = leading === id ? inverse : id
    found.push({ key: keyText(patternOf(bank, leading), kernel), id: leading, count: counts[leading] as number, opposite: other === leading ? 0 : (counts[other] as number), maps: maps[id] as number })
  }
  return found.sort((a, b) => b.count + b.opposite - a.count - a.opposite || (a.key < b.key ? -1 : 1)).slice(0, most)
}

export interface FilterUse {
  readonly input: number
  /** Output channels that have the pattern in this map, and those that have its opposite. */
  readonly outputs: readonly number[]
  readonly opposite: readonly number[]
}

/** Where a pattern is used: the output channels that share it, map by map. */
export function usesOf({ inputs, outputs, ids, inverses }: FilterBank, id: number): FilterUse[] {
  const inverse = inverses[id] as number
  const uses: FilterUse[] = []
  for (let input = 0; input < inputs; input++) {
    const [same, opposite]: [number[], number[]] = [[], []]
    for (let output = 0; output < outputs; output++) {
      const found = ids[input * outputs + output]
      if (found === id) same.push(output)
      else if (found === inverse) opposite.push(output)
    }
    if (same.length + opposite.length > 0) uses.push({ input, outputs: same, opposite })
  }
  return uses
}

/**
 * Slices that have a near repeat: another slice of their map that differs in at most `most` taps, or, merged, whose opposite does.
 * Equal slices are near as well, so that it never falls when `most` grows.
 */
export function nearRepeats(bank: FilterBank, most: number, merged: boolean): number {
  const { kernel, inputs, outputs, ids, counts } = bank
  const taps = kernel * kernel
  const [here, stamp] = [new Uint32Array(counts.length), new Int32Array(counts.length).fill(-1)]
  const patterns = Array.from(counts, (_, id) => patternOf(bank, id))
  const near = (a: number, b: number): boolean => {
    const apart = distance(patterns[a] as Uint32Array, patterns[b] as Uint32Array)
    return apart <= most || (merged && taps - apart <= most)
  }
  let total = 0
  for (let input = 0; input < inputs; input++) {
    const present: number[] = []
    for (let at = input * outputs; at < (input + 1) * outputs; at++) {
      const id = ids[at] as number
      if (stamp[id] !== input) {
        stamp[id] = input
        here[id] = 0
        present.push(id)
      }
      here[id] = (here[id] as number) + 1
    }
    for (const id of present) {
      const count = here[id] as number
      if (count > 1 || present.some(other => other !== id && near(id, other))) total += count
    }
  }
  return total
}

/** Of two output channels, the share of maps in which their slices are equal or opposite: [outputs][outputs], row-major. */
export function channelSimilarity(bank: FilterBank): Float32Array {
  const { inputs, outputs, ids } = bank
  const classes = mergedClasses(bank)
  const shares = new Float32Array(outputs * outputs)
  for (let input = 0; input < inputs; input++) {
    const row = Uint32Array.from({ length: outputs }, (_, output) => classes[ids[input * outputs + output] as number] as number)
    for (let a = 0; a < outputs; a++) {
      for (let b = 0; b < outputs; b++) if (row[a] === row[b]) shares[a * outputs + b] = (shares[a * outputs + b] as number) + 1
    }
  }
  return shares.map(count => count / inputs)
}
