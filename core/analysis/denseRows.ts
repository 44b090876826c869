import { invariant } from '../errors.ts'
import { randomBaseline, type Baseline } from './random.ts'
import { isPositive, signsOf, signWords, type Signs } from './signs.ts'

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
    const [place, bit] = [(input >> 5) * units, 1 << (input & 31)]
    for (let unit = 0; unit < units; unit++, at++) if (isPositive(signs, at)) packed[place + unit] = (packed[place + unit] as number) | bit
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
  for (let place = 0; place < places; place++) {
    const mask = maskOf(place)
    const row = packed.subarray(place * units, (place + 1) * units)
    distinctWords += new Set(row).size
    distinctWordsMerged += new Set(Array.from(row, word => Math.min(word, (~word & mask) >>> 0))).size
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
  const groups = new Map<string, { same: number[]; opposite: number[] }>()
  for (let unit = 0; unit < units; unit++) {
    const own = Array.from({ length: places }, (_, place) => packed[place * units + unit] as number)
    const key = own.join()
    const same = groups.get(key)
    const opposite = same ? undefined : groups.get(own.map((word, place) => (~word & maskOf(place)) >>> 0).join())
    if (same) same.same.push(unit)
    else if (opposite) opposite.opposite.push(unit)
    else groups.set(key, { same: [unit], opposite: [] })
  }
  return [...groups.values()]
}
