import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brushed, drawnStop, rangeAfter, rangeText, stopsOf, type Range } from '../../../../../renderer/features/runs/compare/brush.ts'
import { parallelAxis } from '../../../../../renderer/features/runs/compare/parallel.ts'
import { columnsFor, type TableColumn } from '../../../../../renderer/features/runs/table/columns.ts'
import { epoch, summary } from '../summaries.ts'

const runs = [
  { id: 'a', rate: 0.001, optimizer: 'adam', error: 0.1 }, { id: 'b', rate: 0.1, optimizer: 'sgd', error: 0.3 },
  { id: 'c', rate: 0.01, optimizer: 'adam' }, { id: 'd', rate: 0.01, optimizer: 'adamax', error: 0.2 },
].map(({ id, rate, optimizer, error }) => summary({ id, ...(error !== undefined && { best: epoch({ validError: error }) }), parameters: { 'recipe.optimizer.kind': optimizer, 'recipe.learningRate.start': rate } }))
const axisOf = (id: string): ReturnType<typeof parallelAxis> => parallelAxis(columnsFor(runs).find(one => one.id === id) as TableColumn, runs, { log: true })
const rate = axisOf('recipe.learningRate.start')
const stops = stopsOf(rate, runs)
const chosen = (range: Range | undefined): string[] => runs.filter(run => brushed(run, [rate], range ? new Map([[rate.column.id, range]]) : new Map())).map(({ id }) => id)

/** What keys make of a range one after the other; `S-` is Shift. */
function after(keys: string, from?: Range): Range | undefined {
  return keys.split(' ').reduce<Range | undefined>((range, key) => {
    const next = rangeAfter(key.replace('S-', ''), key.startsWith('S-'), stops, range)
    return next === undefined ? range : next ?? undefined
  }, from)
}

describe('ranges of parallel coordinates', () => {
  it('hold the runs that lie in all of them; a run without a value lies in none', () => {
    const axes = ['recipe.optimizer.kind', 'best.validError'].map(axisOf)
    const within = (...ranges: [string, Range][]): string[] => runs.filter(run => brushed(run, axes, new Map(ranges))).map(({ id }) => id)
    expect(within()).toEqual(['a', 'b', 'c', 'd'])
    expect(within(['recipe.optimizer.kind', [1, 0.4]])).toEqual(['a', 'c', 'd'])
    expect(within(['recipe.optimizer.kind', [0.4, 1]], ['best.validError', [0, 1]])).toEqual(['a', 'd'])
  })

  it('stop at every value once, from the bottom up', () => {
    expect(stops.map(({ text }) => text)).toEqual(['0.001', '0.01', '0.1'])
    expect(stopsOf(axisOf('recipe.optimizer.kind'), runs).map(({ text }) => text)).toEqual(['sgd', 'adamax', 'adam'])
    expect(stopsOf(axisOf('best.validError'), runs).map(({ text }) => text)).toEqual(['10.00 %', '20.00 %', '30.00 %'])
  })

  it('begin, move, are drawn and taken away by keys', () => {
    expect(chosen(after('ArrowUp'))).toEqual(['a'])
    expect(chosen(after('ArrowDown'))).toEqual(['b'])
    expect([chosen(after('Home')), chosen(after('End'))]).toEqual([['a'], ['b']])
    expect(chosen(after('ArrowUp ArrowUp'))).toEqual(['c', 'd'])
    expect(chosen(after('ArrowUp S-ArrowUp'))).toEqual(['a', 'c', 'd'])
    expect(chosen(after('ArrowUp S-ArrowUp ArrowUp'))).toEqual(['b', 'c', 'd'])
    expect(chosen(after('ArrowUp S-ArrowUp ArrowUp ArrowUp'))).toEqual(['b', 'c', 'd'])
    expect(chosen(after('ArrowUp S-End S-ArrowDown'))).toEqual(['a', 'c', 'd'])
    expect(chosen(after('ArrowDown S-Home'))).toEqual(['a', 'b', 'c', 'd'])
    expect(after('ArrowUp S-PageUp Escape')).toBeUndefined()
  })

  it('leave to others what means nothing: other keys, Escape without a range, an axis without values', () => {
    expect(rangeAfter('a', false, stops, [0, 1])).toBeUndefined()
    expect(rangeAfter('Escape', false, stops, undefined)).toBeUndefined()
    expect(rangeAfter('ArrowUp', false, [], undefined)).toBeUndefined()
  })

  it('are told in words', () => {
    expect([undefined, after('ArrowUp'), after('ArrowDown S-Home'), [0.6, 0.7] as Range].map(range => rangeText(stops, range))).toEqual(['all values', '0.001', '0.001 to 0.1', 'no value of a run'])
    expect([undefined, after('ArrowUp S-ArrowUp'), after('ArrowDown S-Home')].map(range => drawnStop(stops, range))).toEqual([0, 1, 0])
  })

  it('that a pointer drew are taken up by keys where they lie; some run is always within', () => {
    const key = fc.constantFrom('ArrowUp', 'ArrowDown', 'S-ArrowUp', 'S-ArrowDown', 'PageUp', 'S-PageDown', 'Home', 'S-End')
    fc.assert(fc.property(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.array(key, { minLength: 1, maxLength: 6 }), (begun, drawn, keys) => {
      const range = after(keys.join(' '), [begun, drawn])
      expect(chosen(range).length).toBeGreaterThan(0)
      expect(range?.every(end => stops.some(({ at }) => at === end))).toBe(true)
    }))
  })
})
