import { describe, expect, it } from 'vitest'
import { found, matches } from '../../../renderer/ui/search.ts'
import { short, timeText } from '../../../renderer/ui/wording.ts'

describe('search', () => {
  it('takes words from anywhere in a name, beginnings before middles, and letters in order last', () => {
    const names = ['Average pool', 'Max pool', 'Batch norm', 'Shift batch norm']
    expect(found(names, 'pool', name => name)).toEqual(['Average pool', 'Max pool'])
    expect(found(names, 'batch', name => name)).toEqual(['Batch norm', 'Shift batch norm'])
    expect(found(names, 'norm shift', name => name)).toEqual(['Shift batch norm'])
    expect(found(names, 'mpl', name => name)).toEqual(['Max pool'])
    expect(found(names, 'xyz', name => name)).toEqual([])
    expect(found(names, '  ', name => name)).toEqual(names)
  })

  it('knows nothing of case', () => {
    expect(matches('XNOR words', 'xnor')).toBeGreaterThan(matches('Words of XNOR', 'xn'))
  })
})

describe('figures', () => {
  it.each([[0, '0'], [999, '999'], [1000, '1.00 k'], [110_752, '111 k'], [999_499, '999 k'], [999_500, '1.00 M'], [2_038_565_888, '2.04 G']])('%d is %s', (value, text) => {
    expect(short(value)).toBe(text)
  })

  it('tells the time of today, and the day of earlier ones', () => {
    const now = new Date(2026, 10, 25, 12, 0)
    expect(timeText(new Date(2026, 10, 25, 9, 5).toISOString(), now)).toBe('09:05')
    expect(timeText(new Date(2026, 10, 24, 9, 5).toISOString(), now)).toBe('24 Nov, 09:05')
  })
})
