import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mapped, xText, xTick, yText, yTick } from '../../../renderer/charts/axes.ts'
import { PointMemory } from '../../../renderer/charts/picture.ts'
import { extentOf, SeriesCache, type ChartSeries } from '../../../renderer/charts/series.ts'
import { csvOf, jsonOf, tableOf } from '../../../renderer/charts/table.ts'

const series = (name: string, x: readonly number[], y: readonly number[], smoothed = true): ChartSeries => ({ name, x: Float64Array.from(x), y: Float64Array.from(y), role: 'train', smoothed })

describe('series made ready', () => {
  it('are the same grown point by point or prepared at once, smoothed or not', () => {
    const x = Float64Array.from({ length: 500 }, (_, at) => at)
    const y = x.map(at => Math.sin(at) + at / 100)
    for (const smoothing of [undefined, { kind: 'average', weight: 0.8 }, { kind: 'timeWeighted', weight: 0.8 }] as const) {
      const cache = new SeriesCache()
      for (const end of [1, 2, 77, 300, 500]) {
        const growing: ChartSeries = { name: 'loss', role: 'train', x: x.subarray(0, end), y: y.subarray(0, end) }
        const [grown] = cache.prepare([growing], smoothing)
        const [fresh] = new SeriesCache().prepare([growing], smoothing)
        const window = { from: 0, to: 1e9 }
        expect(grown?.isSmoothed).toBe(smoothing !== undefined)
        expect([...(grown?.points('values', window, 20, new PointMemory()) ?? [])]).toEqual([...(fresh?.points('values', window, 20, new PointMemory()) ?? [])])
        expect([...(grown?.points('raw', window, 20, new PointMemory()) ?? [])]).toEqual([...(fresh?.points('raw', window, 20, new PointMemory()) ?? [])])
      }
    }
  })

  it('know when a name stands for other values', () => {
    const cache = new SeriesCache()
    cache.prepare([series('a', [0, 1], [5, 6])], undefined)
    const [again] = cache.prepare([series('a', [0, 1], [7, 8])], undefined)
    expect([...(again?.points('values', { from: 0, to: 1 }, 10, new PointMemory()) ?? [])]).toEqual([0, 7, 1, 8])
  })

  it('have an extent', () => {
    expect(extentOf([series('a', [2, 5], [0, 0]), series('b', [], []), series('c', [1], [0])])).toEqual({ from: 1, to: 5 })
    expect(extentOf([])).toEqual({ from: 0, to: 1 })
  })
})

describe('the table of a chart', () => {
  it('has every x of the window, and null where a series has nothing', () => {
    const prepared = new SeriesCache().prepare([series('a', [0, 1, 2], [1, NaN, 3], false), series('b', [1, 3], [10, 30], false)], undefined)
    expect(tableOf('step', prepared, { from: 0, to: 2 })).toEqual({ columns: ['step', 'a', 'b'], rows: [[0, 1, null], [1, null, 10], [2, 3, null]] })
    expect(tableOf('step', prepared, { from: 0, to: 9 }, 2).rows.map(([x]) => x)).toEqual([0, 3])
  })

  it('goes back and forth as CSV, whatever a series is called', () => {
    fc.assert(fc.property(fc.string(), fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }), { minLength: 1, maxLength: 20 }), (name, y) => {
      const prepared = new SeriesCache().prepare([series(name, y.map((_, at) => at), y, false)], undefined)
      const text = csvOf(tableOf('step', prepared, { from: 0, to: 1e9 }))
      // Rows of numbers cannot hold a quote, so whatever is before the last y.length lines is the header.
      const rows = text.trimEnd().split('\r\n').slice(-y.length)
      expect(rows.map(row => Number(row.split(',')[1]))).toEqual(y.map(value => (value === 0 ? 0 : value)))
      const header = text.slice(0, text.length - rows.join('\r\n').length - 2).slice('step,'.length, -2)
      const bare = header.startsWith('"') ? header.slice(1, -1).replaceAll('""', '"') : header
      expect(bare.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(name)
    }))
  })

  it('is given as JSON with a smoothed series beside the raw one', () => {
    const prepared = new SeriesCache().prepare([series('loss', [0, 1], [1, 3])], { kind: 'average', weight: 0.5 })
    const told = jsonOf(tableOf('step', prepared, { from: 0, to: 1 })) as { name: string; value: number[] }[]
    expect(told.map(({ name }) => name)).toEqual(['loss', 'loss (smoothed)'])
    expect(told[1]?.value[1]).toBeCloseTo(1.75 / 0.75, 12)
  })
})

describe('axes', () => {
  it('map one onto another in proportion', () => {
    expect([...mapped(Float64Array.of(0, 50, 100, 150, 300), Float64Array.of(0, 100, 200), Float64Array.of(0, 1, 3))]).toEqual([0, 0.5, 1, 2, 3])
    expect([...mapped(Float64Array.of(5), new Float64Array(0), new Float64Array(0))]).toEqual([NaN])
  })

  it('say places and values with their units', () => {
    expect(xText('step', 1200)).toBe('step 1,200')
    expect(xText('process', 125)).toBe('2 min 05 s')
    expect(xText('epoch', 3.4199999)).toBe('epoch 3.42')
    expect([0, 500, 12_500, 2_000_000].map(x => xTick('step', x))).toEqual(['0', '500', '12.5k', '2M'])
    expect([xTick('wall', 1_000, 1_000).length, xTick('wall', 1_000, 60_000).length]).toEqual([8, 5])
    expect(yText('share', 0.0123)).toBe('1.23 %')
    expect(yText('rate', 12_345.6)).toBe('12,346')
    expect(yText('number', NaN)).toBe('-')
    expect([0, 0.25, 0.0001, 12_000, 1e-5].map(y => yTick('number', y))).toEqual(['0', '0.25', '1e-4', '12k', '1e-5'])
    expect(yTick('share', 0.125)).toBe('12.5')
  })
})
