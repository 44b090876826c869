/** How far float32 (or integer) results are from the reference, in one number and in one sentence. */
import { at } from './numbers.ts'

interface Worst {
  readonly index: number
  readonly difference: number
  /** max |expected| over the tensor. */
  readonly scale: number
}

function worstOf(actual: ArrayLike<number>, expected: ArrayLike<number>): Worst {
  if (actual.length !== expected.length) throw new RangeError(`expected ${expected.length} values, found ${actual.length}`)
  let index = 0
  let difference = 0
  let scale = 0
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(at(actual, i) - at(expected, i))
    // A NaN or an infinity on either side must never pass as "no difference".
    const honest = Number.isFinite(distance) ? distance : Infinity
    if (honest > difference) [index, difference] = [i, honest]
    scale = Math.max(scale, Math.abs(at(expected, i)))
  }
  return { index, difference, scale }
}

/** max |actual - expected| / (max |expected| + tiny), both maxima over the whole tensor; Infinity if any value is not finite. */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>, tiny = 1e-20): number {
  const { difference, scale } = worstOf(actual, expected)
  return difference === Infinity ? Infinity : difference / (scale + tiny)
}

/** One line about the element that is furthest off; `columns` adds its row and column. */
export function describeWorst(actual: ArrayLike<number>, expected: ArrayLike<number>, columns?: number): string {
  const { index, difference, scale } = worstOf(actual, expected)
  if (expected.length === 0) return 'no elements'
  const place = columns === undefined ? '' : ` (row ${Math.floor(index / columns)}, column ${index % columns})`
  return `worst at ${index}${place}: expected ${at(expected, index)}, found ${at(actual, index)}, difference ${difference.toExponential(2)}, largest expected ${scale.toExponential(2)}`
}

/** For results that must be equal (bits, integer sums, masks): undefined, or one line about the first element that differs. */
export function firstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>, columns?: number): string | undefined {
  if (actual.length !== expected.length) return `expected ${expected.length} values, found ${actual.length}`
  let first = -1
  let count = 0
  for (let i = 0; i < expected.length; i++) {
    if (at(actual, i) === at(expected, i)) continue
    if (first < 0) first = i
    count++
  }
  if (first < 0) return undefined
  const place = columns === undefined ? '' : ` (row ${Math.floor(first / columns)}, column ${first % columns})`
  return `${count} of ${expected.length} differ, first at ${first}${place}: expected ${at(expected, first)}, found ${at(actual, first)}`
}
