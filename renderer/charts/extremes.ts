/** Points a block of the finest level. */
const FINEST = 8

interface Level {
  /** Of each block: where its least and its greatest value stand; -1 where it has none. */
  least: Int32Array<ArrayBuffer>
  greatest: Int32Array<ArrayBuffer>
  /** Blocks that are complete. */
  blocks: number
}

/**
 * The least and greatest value of every run of 8, 16, 32… points of a growing series, so that what a window of it looks like is known
 * without reading its points: a curve is drawn from two points a block, through its true peaks, and looks as if all were drawn.
 * Blocks begin at whole multiples of their size, so a curve does not flicker when points come at its end.
 */
export class Extremes {
  #x: Float64Array = new Float64Array(0)
  #y: Float64Array = new Float64Array(0)
  readonly #levels: Level[] = []
  /** Where `shown` writes: a list that grows with every picture would be most of the garbage that the page makes. */
  #shown: Int32Array<ArrayBuffer> = new Int32Array(64)
  #shownCount = 0

  get length(): number {
    return this.#y.length
  }

  /** Whether `x` and `y` hold the same points with, maybe, more at the end: views of the same memory. */
  continues(x: Float64Array, y: Float64Array): boolean {
    return y.length >= this.#y.length && x.length === y.length
      && x.buffer === this.#x.buffer && x.byteOffset === this.#x.byteOffset && y.buffer === this.#y.buffer && y.byteOffset === this.#y.byteOffset
  }

  /** Takes what the series holds beyond what is known; its x does not fall. */
  extend(x: Float64Array, y: Float64Array): void {
    this.#x = x
    this.#y = y
    for (let depth = 0; FINEST * 2 ** depth <= y.length; depth++) this.#extendLevel(depth)
  }

  #extendLevel(depth: number): void {
    const size = FINEST * 2 ** depth
    const wanted = Math.floor(this.#y.length / size)
    const level = (this.#levels[depth] ??= { least: new Int32Array(16), greatest: new Int32Array(16), blocks: 0 })
    if (wanted > level.least.length) {
      level.least = grown(level.least, wanted)
      level.greatest = grown(level.greatest, wanted)
    }
    const below = this.#levels[depth - 1]
    for (; level.blocks < wanted; level.blocks++) {
      const block = level.blocks
      let least = -1
      let greatest = -1
      const take = (low: number, high: number): void => {
        if (low >= 0 && (least < 0 || this.#value(low) < this.#value(least))) least = low
        if (high >= 0 && (greatest < 0 || this.#value(high) > this.#value(greatest))) greatest = high
      }
      if (below) for (const half of [2 * block, 2 * block + 1]) take(below.least[half] ?? -1, below.greatest[half] ?? -1)
      else for (let at = block * size; at < (block + 1) * size; at++) if (Number.isFinite(this.#value(at))) take(at, at)
      level.least[block] = least
      level.greatest[block] = greatest
    }
  }

  #value(at: number): number {
    return this.#y[at] ?? NaN
  }

  /**
   * Indices of the points to draw for what lies between `from` and `to` in x, rising, with one point beyond each edge so that lines run out of the picture:
   * all of them if they are few, else the least and greatest of about `blocks` blocks, the first, and the last. They stand until it is asked again.
   */
  shown(from: number, to: number, blocks: number): Int32Array {
    const first = Math.max(0, lowerBound(this.#x, from) - 1)
    const end = Math.min(this.#x.length, upperBound(this.#x, to) + 1)
    const count = end - first
    let depth = 0
    while (count / (FINEST * 2 ** depth) > blocks) depth++
    const level = this.#levels[depth]
    this.#shownCount = 0
    if (count <= 2 * blocks || count <= 2 * FINEST || !level) {
      for (let at = first; at < end; at++) this.#show(at)
      return this.#shown.subarray(0, this.#shownCount)
    }
    const size = FINEST * 2 ** depth
    const firstBlock = Math.ceil(first / size)
    const endBlock = Math.min(level.blocks, Math.floor(end / size))
    // What stands before the first and behind the last whole block is at most a block each.
    this.#showPart(first, Math.min(end, firstBlock * size))
    for (let block = firstBlock; block < endBlock; block++) {
      const least = level.least[block] ?? -1
      const greatest = level.greatest[block] ?? -1
      this.#show(Math.min(least, greatest))
      this.#show(Math.max(least, greatest))
    }
    this.#showPart(Math.max(first, firstBlock * size, endBlock * size), end)
    return this.#shown.subarray(0, this.#shownCount)
  }

  /** Nothing of -1, and nothing twice. */
  #show(at: number): void {
    if (at < 0 || (this.#shownCount > 0 && at === this.#shown[this.#shownCount - 1])) return
    if (this.#shownCount === this.#shown.length) this.#shown = grown(this.#shown, this.#shownCount + 1)
    this.#shown[this.#shownCount++] = at
  }

  /** The ends of a part of a block, and its least and greatest value. */
  #showPart(first: number, end: number): void {
    if (first >= end) return
    let least = -1
    let greatest = -1
    for (let at = first; at < end; at++) {
      if (!Number.isFinite(this.#value(at))) continue
      if (least < 0 || this.#value(at) < this.#value(least)) least = at
      if (greatest < 0 || this.#value(at) > this.#value(greatest)) greatest = at
    }
    this.#show(first)
    this.#show(Math.min(least, greatest))
    this.#show(Math.max(least, greatest))
    this.#show(end - 1)
  }

  /** The least and greatest finite value of all points; infinities the wrong way round where there is none. */
  range(): { readonly least: number; readonly greatest: number } {
    let least = Infinity
    let greatest = -Infinity
    const take = (value: number): void => {
      if (!Number.isFinite(value)) return
      least = Math.min(least, value)
      greatest = Math.max(greatest, value)
    }
    // From the coarsest blocks down, each level adds what its next coarser one has not covered.
    let covered = 0
    for (let depth = this.#levels.length - 1; depth >= 0; depth--) {
      const size = FINEST * 2 ** depth
      const level = this.#levels[depth]
      for (let block = covered / size; level && block < level.blocks; block++) {
        take(this.#value(level.least[block] ?? -1))
        take(this.#value(level.greatest[block] ?? -1))
        covered = (block + 1) * size
      }
    }
    for (let at = covered; at < this.#y.length; at++) take(this.#value(at))
    return { least, greatest }
  }
}

function grown(from: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(least, 2 * from.length))
  to.set(from)
  return to
}

/** The first index whose value is not below `value`, in values that do not fall. */
export function lowerBound(values: Float64Array, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? NaN) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** The first index whose value is above `value`. */
export function upperBound(values: Float64Array, value: number): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? NaN) <= value) low = middle + 1
    else high = middle
  }
  return low
}

/** The index of the value next to `value`; -1 if there is none. */
export function nearest(values: Float64Array, value: number): number {
  if (values.length === 0) return -1
  const after = Math.min(values.length - 1, lowerBound(values, value))
  return after > 0 && value - (values[after - 1] ?? NaN) <= (values[after] ?? NaN) - value ? after - 1 : after
}
