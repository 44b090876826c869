import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Extremes, lowerBound, nearest, upperBound } from '../../../renderer/charts/extremes.ts'

const values = fc.array(fc.oneof({ weight: 9, arbitrary: fc.double({ min: -5, max: 5, noNaN: true }) }, { weight: 1, arbitrary: fc.constant(NaN) }), { maxLength: 3000 })
const gaps = (length: number): Float64Array => {
  let x = 0
  return Float64Array.from({ length }, (_, at) => (x += at % 7 === 3 ? 0 : 1 + (at % 3)))
}
const finite = (all: readonly (number | undefined)[]): number[] => all.filter(value => value !== undefined && Number.isFinite(value)) as number[]

describe('what is drawn of a window', () => {
  it('is few points of it, in order, with its edges, its least and its greatest value', () => {
    fc.assert(fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.integer({ min: 4, max: 300 }), (list, a, b, blocks) => {
      const y = Float64Array.from(list)
      const x = gaps(y.length)
      const width = x.at(-1) ?? 0
      const [from, to] = [Math.min(a, b) * width, Math.max(a, b) * width]
      const extremes = new Extremes()
      extremes.extend(x, y)
      const shown = [...extremes.shown(from, to, blocks)]
      expect(shown.every((at, place) => place === 0 || at > (shown[place - 1] ?? Infinity))).toBe(true)
      expect(shown.length).toBeLessThanOrEqual(Math.max(2 * blocks, 16) + 8)
      const first = lowerBound(x, from)
      const end = upperBound(x, to)
      if (end > first) {
        expect(shown[0]).toBe(Math.max(0, first - 1))
        expect(shown.at(-1)).toBe(Math.min(y.length, end + 1) - 1)
        const inside = finite([...y.subarray(first, end)])
        const drawn = finite(shown.map(at => y[at]))
        if (inside.length > 0) {
          expect(Math.min(...drawn)).toBeLessThanOrEqual(Math.min(...inside))
          expect(Math.max(...drawn)).toBeGreaterThanOrEqual(Math.max(...inside))
        }
      }
    }))
  })

  it('is the same however the points came', () => {
    fc.assert(fc.property(values, fc.array(fc.nat(3000), { maxLength: 6 }), (list, cuts) => {
      const y = Float64Array.from(list)
      const x = gaps(y.length)
      const whole = new Extremes()
      whole.extend(x, y)
      const piecewise = new Extremes()
      for (const end of [...cuts.filter(cut => cut <= y.length).sort((p, q) => p - q), y.length]) {
        if (piecewise.length > 0) expect(piecewise.continues(x.subarray(0, end), y.subarray(0, end))).toBe(true)
        piecewise.extend(x.subarray(0, end), y.subarray(0, end))
      }
      expect(piecewise.shown(0, Infinity, 50)).toEqual(whole.shown(0, Infinity, 50))
    }), { numRuns: 40 })
  })

  it('keeps a single peak among a hundred thousand points', () => {
    const y = new Float64Array(100_000)
    y[54_321] = 1
    const extremes = new Extremes()
    extremes.extend(Float64Array.from(y, (_, at) => at), y)
    expect(extremes.shown(0, 1e5, 300)).toContain(54_321)
    expect(extremes.shown(54_000, 55_000, 100)).toContain(54_321)
  })

  it('knows the range of all', () => {
    fc.assert(fc.property(values, list => {
      const y = Float64Array.from(list)
      const extremes = new Extremes()
      extremes.extend(gaps(y.length), y)
      expect(extremes.range()).toEqual({ least: Math.min(...finite(list)), greatest: Math.max(...finite(list)) })
    }))
  })

  it('knows other memory from more of the same', () => {
    const extremes = new Extremes()
    const x = Float64Array.of(1, 2, 3)
    extremes.extend(x, x)
    expect(extremes.continues(x.slice(), x.slice())).toBe(false)
    expect(extremes.continues(x.subarray(0, 2), x.subarray(0, 2))).toBe(false)
  })
})

it('finds the nearest value', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1 }), fc.integer({ min: -10, max: 110 }), (list, wanted) => {
    const sorted = Float64Array.from(list).sort()
    const found = sorted[nearest(sorted, wanted)] ?? NaN
    expect(Math.abs(found - wanted)).toBe(Math.min(...list.map(value => Math.abs(value - wanted))))
  }))
  expect(nearest(new Float64Array(0), 1)).toBe(-1)
})
