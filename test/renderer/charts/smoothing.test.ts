import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Smoothed, spanOf, type Smoothing } from '../../../renderer/charts/smoothing.ts'

const numbers = fc.array(fc.oneof({ weight: 9, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) }, { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity) }), { maxLength: 200 })
const weights = fc.double({ min: 0, max: 0.999, noNaN: true })

function smoothed(smoothing: Smoothing, x: readonly number[], y: readonly number[], span = 1): Float64Array {
  const all = new Smoothed(smoothing, span)
  all.extend(Float64Array.from(x), Float64Array.from(y))
  return all.values
}

/** TensorBoard's own definition, from its description: a low-pass filter of the first order, begun at 0, divided by 1 - w^n. */
function tensorBoard(y: readonly number[], weight: number): number[] {
  const [first] = y.filter(value => Number.isFinite(value))
  let last = 0
  let count = 0
  let constant = true
  return y.map(value => {
    if (!Number.isFinite(value)) return value
    constant = constant && value === first
    last = last * weight + (1 - weight) * value
    count++
    return constant ? value : last / (1 - weight ** count)
  })
}

describe('the average over points', () => {
  it('is that of TensorBoard', () => {
    fc.assert(fc.property(numbers, weights, (y, weight) => {
      const ours = smoothed({ kind: 'average', weight }, y.map((_, x) => x), y)
      for (const [at, theirs] of tensorBoard(y, weight).entries()) {
        if (Number.isFinite(theirs)) expect(Math.abs((ours[at] ?? NaN) - theirs)).toBeLessThan(1e-6 * (1 + Math.abs(theirs)))
        else expect(ours[at]).toBe(theirs)
      }
    }))
  })

  it('by hand: 1, 3 with weight 0.5 gives 1 and (0.5 * 0.5 + 0.5 * 3) / 0.75', () => {
    const values = smoothed({ kind: 'average', weight: 0.5 }, [0, 1], [1, 3])
    expect(values[0]).toBe(1)
    expect(values[1]).toBeCloseTo((0.25 * 1 + 0.5 * 3) / 0.75, 12)
  })
})

describe('both averages', () => {
  const kinds = fc.constantFrom<Smoothing['kind'][]>('average', 'timeWeighted')

  it('stay between the least and the greatest value, and leave a constant as it is', () => {
    fc.assert(fc.property(kinds, weights, fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 1, maxLength: 100 }), (kind, weight, y) => {
      const x = y.map((_, at) => at * at)
      const values = smoothed({ kind, weight }, x, y, 1000)
      for (const value of values) {
        expect(value).toBeGreaterThanOrEqual(Math.min(...y) - 1e-9)
        expect(value).toBeLessThanOrEqual(Math.max(...y) + 1e-9)
      }
      expect([...smoothed({ kind, weight }, x, y.map(() => 0.1), 1000)]).toEqual(y.map(() => 0.1))
    }))
  })

  it('give the same however the points come', () => {
    fc.assert(fc.property(kinds, weights, numbers, fc.array(fc.nat(200), { maxLength: 5 }), (kind, weight, y, cuts) => {
      const x = Float64Array.from(y, (_, at) => at)
      const whole = Float64Array.from(y)
      const piecewise = new Smoothed({ kind, weight }, 64)
      for (const end of [...cuts.filter(cut => cut <= y.length).sort((a, b) => a - b), y.length]) piecewise.extend(x.subarray(0, end), whole.subarray(0, end))
      expect([...piecewise.values]).toEqual([...smoothed({ kind, weight }, [...x], y, 64)])
    }))
  })
})

describe('the average weighted by time', () => {
  it('does not change when a point comes again at its own x', () => {
    // A dense stretch of one value weighs as much as its first point and its length, not its count.
    const sparse = smoothed({ kind: 'timeWeighted', weight: 0.9 }, [0, 1, 2], [0, 1, 1], 1000)
    const dense = smoothed({ kind: 'timeWeighted', weight: 0.9 }, [0, 500, 1000], [0, 1, 1], 1000)
    expect(dense[2]).toBeGreaterThan(sparse[2] ?? 1)
    expect(dense[2]).toBeCloseTo(1, 10)
  })

  it('means the same when x is scaled with its span', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 2, maxLength: 50 }), weights, (y, weight) => {
      const x = y.map((_, at) => at)
      const one = smoothed({ kind: 'timeWeighted', weight }, x, y, 64)
      const other = smoothed({ kind: 'timeWeighted', weight }, x.map(value => 8 * value), y, 512)
      for (const [at, value] of one.entries()) expect(other[at]).toBeCloseTo(value, 8)
    }))
  })

  it('refers to a span that doubles', () => {
    expect(spanOf(Float64Array.of(0, 5))).toBe(8)
    expect(spanOf(Float64Array.of(3, 11))).toBe(8)
    expect(spanOf(new Float64Array(0))).toBe(1)
  })
})
