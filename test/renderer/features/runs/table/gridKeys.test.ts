import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { placeAfter, rangeOf, type Place } from '../../../../../renderer/features/runs/table/gridKeys.ts'

const size = { rows: 50, columns: 6, page: 10 }
const walked = (start: Place, ...keys: string[]): Place => keys.reduce((at, key) => placeAfter(key.replace('Ctrl+', ''), key.startsWith('Ctrl+'), at, size) ?? at, start)

describe('keys of the grid', () => {
  it('lead up into the header and no further', () => {
    expect(walked({ row: 1, column: 2 }, 'ArrowUp', 'ArrowUp', 'ArrowUp')).toEqual({ row: -1, column: 2 })
    expect(walked({ row: 3, column: 2 }, 'PageUp', 'PageUp')).toEqual({ row: 0, column: 2 })
  })

  it('lead to the ends', () => {
    expect(walked({ row: 3, column: 2 }, 'Ctrl+End')).toEqual({ row: 49, column: 5 })
    expect(walked({ row: 3, column: 2 }, 'End', 'Home', 'PageDown')).toEqual({ row: 13, column: 0 })
    expect(walked({ row: 3, column: 2 }, 'Ctrl+Home')).toEqual({ row: 0, column: 0 })
    expect(placeAfter('x', false, { row: 0, column: 0 }, size)).toBeUndefined()
  })

  it('never lead out of the grid, however they are pressed, even of an empty one', () => {
    const key = fc.constantFrom('ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Home', 'End')
    fc.assert(fc.property(fc.nat(5), fc.integer({ min: 1, max: 4 }), fc.array(fc.tuple(key, fc.boolean())), (rows, columns, presses) => {
      let at: Place = { row: -1, column: 0 }
      for (const [press, control] of presses) {
        at = placeAfter(press, control, at, { rows, columns, page: 3 }) ?? at
        expect(at.row >= -1 && at.row < Math.max(rows, 0) && at.column >= 0 && at.column < columns).toBe(true)
      }
    }))
  })

  it('choose everything between two places, in either direction', () => {
    expect([rangeOf('abcdef'.split(''), 1, 3), rangeOf('abcdef'.split(''), 3, 1), rangeOf([], 0, 0)]).toEqual([['b', 'c', 'd'], ['b', 'c', 'd'], []])
  })
})
