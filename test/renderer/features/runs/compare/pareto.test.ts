import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { paretoFront, type Candidate } from '../../../../../renderer/features/runs/compare/pareto.ts'

const beats = (a: Candidate, b: Candidate): boolean => a.x <= b.x && a.y <= b.y && (a.x < b.x || a.y < b.y)
// Few values, so that ties are common.
const candidates = fc.array(fc.record({ x: fc.integer({ min: 0, max: 9 }), y: fc.integer({ min: 0, max: 9 }) }), { maxLength: 40 })

describe('the Pareto front', () => {
  it('is exactly what nothing beats, by growing x', () => {
    fc.assert(fc.property(candidates, all => {
      const front = paretoFront(all)
      expect(new Set(front)).toEqual(new Set(all.filter(one => !all.some(other => beats(other, one)))))
      expect(front.map(({ x }) => x)).toEqual(front.map(({ x }) => x).toSorted((a, b) => a - b))
    }))
  })

  it('leaves out what has no figure', () => {
    expect(paretoFront([{ x: NaN, y: 0 }, { x: 3, y: NaN }, { x: 4, y: 5 }])).toEqual([{ x: 4, y: 5 }])
  })
})
