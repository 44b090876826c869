import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { columnsFor, type Value, type ValueKind } from '../../../../../renderer/features/runs/table/columns.ts'
import { conditionOf, filtered, wordsTest } from '../../../../../renderer/features/runs/table/conditions.ts'
import { epoch, summary } from '../summaries.ts'

function holds(written: string, kind: ValueKind, value: Value): boolean | string | undefined {
  const test = conditionOf(written, kind)
  return typeof test === 'function' ? test(value) : test?.refusal
}

describe('a condition on a column', () => {
  it.each<[string, ValueKind, Value, boolean]>([
    ['adam', 'text', 'adamaxShift', true], ['= adam', 'text', 'adamaxShift', false], ['= Adam', 'text', 'adam', true], ['!= adam', 'text', 'sgd', true], ['yes', 'text', true, true],
    ['> 3', 'number', 3, false], ['>= 3', 'number', 3, true], ['<3', 'number', 2.5, true], ['1e-3', 'number', 0.001, true], ['!= 5', 'number', 5, false], ['2..5', 'number', 5, true], ['2 .. 5', 'number', 5.1, false], ['-3..-1', 'number', -2, true],
    ['1,234', 'number', 1234, true], ['< 4.5', 'share', 0.0449, true], ['< 4.5 %', 'share', 0.0451, false], ['= 4.1', 'share', 0.041004, true], ['= 4.1', 'share', 0.0412, false],
    ['<= 64 KiB', 'bytes', 65536, true], ['> 1 mb', 'bytes', 1_000_000, false], ['> 2026-11-24', 'time', '2026-11-24T23:00:00.000Z', false], ['2026-11', 'time', '2026-11-24T23:00:00.000Z', true],
    ['< 2026-11-24', 'time', '2026-11-23T23:00:00.000Z', true], ['2026-11-01..2026-11-24', 'time', '2026-11-24T10:00:00.000Z', true],
    ['=', 'number', null, true], ['=', 'number', 0, false], ['!=', 'text', 'x', true], ['> 1', 'number', null, false], ['!= 1', 'number', null, false],
  ])('%s of a %s with %s: %s', (written, kind, value, expected) => {
    expect(holds(written, kind, value)).toBe(expected)
  })

  it('asks for nothing when it is empty, and says what it expected where it cannot be read', () => {
    expect(conditionOf('  ', 'number')).toBeUndefined()
    expect(holds('> many', 'number', 1)).toMatch(/expected a number/)
    expect(holds('> 3 parsecs', 'bytes', 1)).toMatch(/KiB/)
    expect(holds('soon..2026', 'time', null)).toMatch(/2026-11-01/)
    expect(holds('4 .. x', 'share', null)).toMatch(/percent/)
  })

  it('is never thrown by what people type', () => {
    fc.assert(fc.property(fc.string(), fc.constantFrom<ValueKind>('text', 'number', 'share', 'bytes', 'time'), fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null)), (written, kind, value) => {
      expect(['boolean', 'string', 'undefined']).toContain(typeof holds(written, kind, value))
    }))
  })

  it('of numbers agrees with the comparison it names', () => {
    fc.assert(fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 }), (value, wanted) => {
      expect([holds(`<${wanted}`, 'number', value), holds(`>=${wanted}`, 'number', value), holds(`${wanted}`, 'number', value)]).toEqual([value < wanted, value >= wanted, value === wanted])
    }))
  })
})

describe('the filter', () => {
  const runs = [summary({ id: 'a', tags: ['baseline'], best: epoch({ validError: 0.03 }) }), summary({ id: 'b', project: 'wide net', best: epoch({ validError: 0.05 }) }), summary({ id: 'c', notes: 'wide and slow', state: 'failed' })]
  const columns = new Map(columnsFor(runs).map(column => [column.id, column]))
  const ids = (words: string, ...conditions: [string, string][]): string[] => filtered(runs, { words, conditions: new Map(conditions) }, columns).map(run => run.id)

  it('wants all words, each somewhere', () => {
    expect([ids(''), ids('WIDE'), ids('wide failed'), ids('base line'), ids('nothing')]).toEqual([['a', 'b', 'c'], ['b', 'c'], ['c'], ['a'], []])
    expect(wordsTest('interrupted')(summary({ id: 'd', state: 'stopped', interrupted: true }))).toBe(true)
  })

  it('wants every condition too, and leaves out those it cannot read or whose column is gone', () => {
    expect([ids('', ['best.validError', '< 4']), ids('wide', ['best.validError', '> 4']), ids('', ['best.validError', '< x']), ids('', ['gone', '3'])]).toEqual([['a'], ['b'], ['a', 'b', 'c'], ['a', 'b', 'c']])
  })
})
