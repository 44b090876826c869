import { invariant } from '../errors.ts'
import { randomBaseline, type Baseline } from './random.ts'
import { signsOf, signWords, type Signs } from './signs.ts'

/** How the weights of a binary dense layer repeat: whole units, and the 32-bit words that their products are computed by. */
export interface DenseRepetition {
  readonly units: number
  readonly depth: number
  /** Units of different weights; merged: opposite ones count as one. */
  readonly distinctUnits: number
  readonly distinctUnitsMerged: number
  /** Words of 32 inputs: all, and the distinct ones of every place, added up: what remains if each is computed once. */
  readonly words: number
  readonly distinctWords: number
  readonly distinctWordsMerged: number
  readonly fraction: number
  readonly fractionMerged: number
  /** Of random words. */
  readonly random: Baseline
  readonly randomMerged: Baseline
  /** Units of equal or opposite weights, where there are at least two; the first is the one that the others repeat. */
  readonly repeated: readonly { readonly same: readonly number[]; readonly opposite: readonly number[] }[]
}

/** Of latent weights [depth][units], 0 and above being +1. */
export function denseRepetition(latent: ArrayLike<number>, depth: number, units: number): DenseRepetition {
  invariant(latent.length === depth * units, () => `${latent.length} weights for ${depth} x ${units}`)
  return denseRepetitionOf(signsOf(latent), depth, units)
}

/** The weights of every unit in words of their own: [place][unit], bit input % 32 of place input / 32. */
export function unitWords(signs: Signs, depth: number, units: number): Uint32Array {
  invariant(signs.length === signWords(depth * units), () => `${signs.length} words for ${depth} x ${units}`)
  const packed = new Uint32Array(Math.ceil(depth / 32) * units)
  for (let input = 0, at = 0; input < depth; input++) {
    const [place, bit] = [(input >> 5) * units, input & 31]
    for (let unit = place; unit < place + units; unit++, at++) packed[unit] = (packed[unit] as number) | ((((signs[at >> 5] as number) >>> (at & 31)) & 1) << bit)
  }
  return packed
}

/** Of the signs of such weights. */
export function denseRepetitionOf(signs: Signs, depth: number, units: number): DenseRepetition {
  const places = Math.ceil(depth / 32)
  const packed = unitWords(signs, depth, units)
  const tail = depth - 32 * (places - 1)
  const maskOf = (place: number): number => (place < places - 1 || tail === 32 ? 0xffffffff : 2 ** tail - 1)
  let [distinctWords, distinctWordsMerged] = [0, 0]
  const seen = new WordSet(units)
  for (let place = 0; place < places; place++) {
    const mask = maskOf(place)
    const row = packed.subarray(place * units, (place + 1) * units)
    distinctWords += seen.distinct(row, 0)
    distinctWordsMerged += seen.distinct(row, mask)
  }
  const groups = unitGroups(packed, places, units, maskOf)
  const words = places * units
  const random = (lost: number): Baseline => randomBaseline(units, [{ kinds: 2 ** (32 - lost), count: places - 1 }, { kinds: 2 ** (tail - lost), count: 1 }])
  return {
    units,
    depth,
    distinctUnits: groups.reduce((sum, { opposite }) => sum + 1 + Number(opposite.length > 0), 0),
    distinctUnitsMerged: groups.length,
    words,
    distinctWords,
    distinctWordsMerged,
    fraction: distinctWords / words,
    fractionMerged: distinctWordsMerged / words,
    random: random(0),
    randomMerged: random(1),
    repeated: groups.filter(({ same, opposite }) => same.length + opposite.length > 1),
  }
}

function unitGroups(packed: Uint32Array, places: number, units: number, maskOf: (place: number) => number): { readonly same: number[]; readonly opposite: number[] }[] {
  const groups: { same: number[]; opposite: number[] }[] = []
  const byHash = new Map<number, typeof groups>()
  const wordOf = (unit: number, place: number, turned: boolean): number => {
    const word = packed[place * units + unit] as number
    return turned ? (~word & maskOf(place)) >>> 0 : word
  }
  const hashOf = (unit: number, turned: boolean): number => {
    let hash = 0x811c9dc5
    for (let place = 0; place < places; place++) hash = mixed(hash, wordOf(unit, place, turned))
    return hash
  }
  const agree = (a: number, b: number, turned: boolean): boolean => {
    for (let place = 0; place < places; place++) if (wordOf(a, place, false) !== wordOf(b, place, turned)) return false
    return true
  }
  for (let unit = 0; unit < units; unit++) {
    const hash = hashOf(unit, false)
    const same = byHash.get(hash)?.find(group => agree(group.same[0] as number, unit, false))
    const opposite = same ? undefined : byHash.get(hashOf(unit, true))?.find(group => agree(group.same[0] as number, unit, true))
    if (same) same.same.push(unit)
    else if (opposite) opposite.opposite.push(unit)
    else {
      const group = { same: [unit], opposite: [] }
      groups.push(group)
      byHash.set(hash, [...(byHash.get(hash) ?? []), group])
    }
  }
  return groups
}

/** FNV-1a by words of 32 bits, with the multiplier of 32-bit FNV. */
function mixed(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, 0x01000193)
  return (product ^ (product >>> 15)) >>> 0
}

/** Counts distinct words of a row by open addressing; a slot was filled in this row if its stamp says so: nothing to clear between rows. */
class WordSet {
  readonly #words: Uint32Array
  readonly #stamps: Uint32Array
  #stamp = 0

  constructor(most: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * most + 1))
    this.#words = new Uint32Array(slots)
    this.#stamps = new Uint32Array(slots)
  }

  /** With a mask, a word and its opposite within the mask count as one. */
  distinct(row: Uint32Array, mask: number): number {
    const last = this.#words.length - 1
    this.#stamp++
    let count = 0
    for (const own of row) {
      const word = mask === 0 ? own : Math.min(own, (~own & mask) >>> 0)
      let slot = mixed(0x811c9dc5, word) & last
      while (this.#stamps[slot] === this.#stamp && this.#words[slot] !== word) slot = (slot + 1) & last
      if (this.#stamps[slot] === this.#stamp) continue
      this.#stamps[slot] = this.#stamp
      this.#words[slot] = word
      count++
    }
    return count
  }
}
