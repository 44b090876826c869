import { invariant } from '../errors.ts'
import { popcount, signsOf, signWords, type Signs } from './signs.ts'

/**
 * The 2D filters of a binary convolution: for every input map and output channel one k x k slice of signs. Slices of equal signs have
 * one pattern; patterns are numbered in the order in which they are met. Bit t of a pattern, least significant first, is tap
 * t = y * k + x: 1 for +1.
 */
export interface FilterBank {
  readonly kernel: number
  readonly inputs: number
  readonly outputs: number
  /** Pattern of every slice: ids[input * outputs + output]. */
  readonly ids: Uint32Array
  /** Signs of every pattern: patterns[id * words + word]. */
  readonly patterns: Uint32Array
  readonly words: number
  /** Slices that have the pattern. */
  readonly counts: Uint32Array
  /** The pattern of the opposite signs; the pattern's own number where no slice has that. */
  readonly inverses: Uint32Array
}

export interface BankSize {
  readonly kernel: number
  readonly inputs: number
  readonly outputs: number
}

/** Patterns of up to so many taps are found by a table. */
const TABLE_TAPS = 16

/**
 * The bank of latent weights [kernel * kernel * inputs][outputs], row (y * kernel + x) * inputs + c, as checkpoints hold them: 0 and
 * above is +1.
 */
export function filterBank(latent: ArrayLike<number>, size: BankSize): FilterBank {
  return bankOfSigns(checked(signsOf(latent), latent.length, size), size)
}

/** The bank of the signs of such weights. */
export function bankOfSigns(signs: Signs, size: BankSize): FilterBank {
  const { kernel, inputs, outputs } = size
  const taps = kernel * kernel
  const words = Math.ceil(taps / 32)
  const slices = slicesOf(signs, size)
  const table = new PatternTable(taps)
  const ids = new Uint32Array(inputs * outputs)
  for (let slice = 0; slice < ids.length; slice++) ids[slice] = table.idOf(slices, slice * words)
  const patterns = table.patterns()
  const counts = new Uint32Array(patterns.length / words)
  for (const id of ids) counts[id] = (counts[id] as number) + 1
  const inverses = Uint32Array.from(counts, (_, id) => table.find(inverted(patterns.subarray(id * words, (id + 1) * words), taps), 0) ?? id)
  return { kernel, inputs, outputs, ids, patterns, words, counts, inverses }
}

/** The signs of every slice as a pattern of its own: slices[(input * outputs + output) * words + word]. */
export function slicesOf(signs: Signs, { kernel, inputs, outputs }: BankSize): Uint32Array {
  const taps = kernel * kernel
  const words = Math.ceil(taps / 32)
  const count = inputs * outputs
  checked(signs, taps * count, { kernel, inputs, outputs })
  const slices = new Uint32Array(count * words)
  for (let tap = 0; tap < taps; tap++) {
    const [word, bit] = [tap >> 5, 1 << (tap & 31)]
    for (let slice = 0, from = tap * count, to = word; slice < count; slice++, from++, to += words) {
      if ((((signs[from >> 5] as number) >>> (from & 31)) & 1) === 1) slices[to] = (slices[to] as number) | bit
    }
  }
  return slices
}

function checked(signs: Signs, values: number, { kernel, inputs, outputs }: BankSize): Signs {
  const wanted = kernel * kernel * inputs * outputs
  invariant(values === wanted && signs.length === signWords(wanted), () => `${values} weights in ${signs.length} words for ${kernel * kernel} taps, ${inputs} inputs and ${outputs} outputs`)
  return signs
}

/** The signs of one pattern. */
export function patternOf({ patterns, words }: Pick<FilterBank, 'patterns' | 'words'>, id: number): Uint32Array {
  return patterns.subarray(id * words, (id + 1) * words)
}

/** A pattern as text, highest tap first: "1b3" for a 3 x 3 filter. */
export function keyText(pattern: Uint32Array, kernel: number): string {
  const digits = Math.ceil((kernel * kernel) / 4)
  return Array.from(pattern, word => word.toString(16).padStart(8, '0')).reverse().join('').slice(-digits)
}

/** Of a pattern and its opposite, the one whose last tap is -1: bnn-spec 5.1 calls it min(q, 511 - q). */
export function isLeading(pattern: Uint32Array, taps: number): boolean {
  return (((pattern[(taps - 1) >> 5] as number) >>> ((taps - 1) & 31)) & 1) === 0
}

/** The class of every pattern when opposite ones count as one: the lower number of the two. */
export function mergedClasses({ inverses }: FilterBank): Uint32Array {
  return Uint32Array.from(inverses, (inverse, id) => Math.min(inverse, id))
}

/** The opposite signs. */
export function inverted(pattern: Uint32Array, taps: number): Uint32Array {
  return pattern.map((word, at) => {
    const left = taps - 32 * at
    return (~word & (left >= 32 ? 0xffffffff : 2 ** left - 1)) >>> 0
  })
}

/** Taps in which two patterns differ. */
export function distance(a: Uint32Array, b: Uint32Array): number {
  let sum = 0
  for (let at = 0; at < a.length; at++) sum += popcount((a[at] as number) ^ (b[at] as number))
  return sum
}

/** Numbers patterns as they come. Up to 53 taps a pattern is a number that a float64 holds; above, it is text. */
class PatternTable {
  readonly #taps: number
  readonly #words: number
  readonly #table: Int32Array | undefined
  readonly #map = new Map<number | string, number>()
  readonly #found: number[] = []

  constructor(taps: number) {
    this.#taps = taps
    this.#words = Math.ceil(taps / 32)
    if (taps <= TABLE_TAPS) this.#table = new Int32Array(2 ** taps).fill(-1)
  }

  /** Number of the pattern at signs[at]; a new one if need be. */
  idOf(signs: Uint32Array, at: number): number {
    const known = this.find(signs, at)
    if (known !== undefined) return known
    const id = this.#found.length / this.#words
    for (let word = 0; word < this.#words; word++) this.#found.push(signs[at + word] as number)
    if (this.#table) this.#table[signs[at] as number] = id
    else this.#map.set(this.#key(signs, at), id)
    return id
  }

  find(signs: Uint32Array, at: number): number | undefined {
    if (!this.#table) return this.#map.get(this.#key(signs, at))
    const id = this.#table[signs[at] as number] as number
    return id < 0 ? undefined : id
  }

  patterns(): Uint32Array {
    return Uint32Array.from(this.#found)
  }

  #key(signs: Uint32Array, at: number): number | string {
    if (this.#words === 1) return signs[at] as number
    if (this.#taps <= 53) return (signs[at] as number) + (signs[at + 1] as number) * 2 ** 32
    return signs.subarray(at, at + this.#words).join()
  }
}
