import { describe, expect, it } from 'vitest'
import { parseDispatch } from '../../../core/gpu/dispatchRule.ts'

describe('dispatch rules', () => {
  it('compute each axis from parameters and overrides; an axis not named is 1', () => {
    const rule = parseDispatch('x = ceil(outputs / (4 * WG_X)), y = max(rows, 2) + 1', 'example')
    expect(rule({ outputs: 65, WG_X: 8, rows: 1 })).toEqual([3, 3, 1])
    expect(rule({ outputs: 64, WG_X: 8, rows: 7 })).toEqual([2, 8, 1])
  })

  it.each([
    ['x = ceil(rows / 8', '")"'],
    ['w = 3', 'x, y or z'],
    ['x = 3 y = 4', 'a comma or the end'],
    ['x =', 'a value'],
    ['x = ceil rows', '"("'],
  ])('%s is refused, saying what was expected', (text, wanted) => {
    expect(() => parseDispatch(text, 'example')).toThrow(wanted)
  })

  it('names what is neither a parameter nor an override', () => {
    expect(() => parseDispatch('x = rows', 'example')({ columns: 3 })).toThrow(/"rows".*shaders\/example\.wgsl/)
  })
})
