import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../../../main/contract/app/runs.ts'
import { columnsFor, valueText, type TableColumn, type Value } from '../../../../../renderer/features/runs/table/columns.ts'
import { tableCsv } from '../../../../../renderer/features/runs/table/tableCsv.ts'
import { meanAndDeviation, rowsOf, sortedBy, summedOf, type Grouping } from '../../../../../renderer/features/runs/table/rows.ts'
import { epoch, summary } from '../summaries.ts'

const now = new Date('2026-11-25T12:00:00')
const byId = (runs: readonly RunSummary[]): Map<string, TableColumn> => new Map(columnsFor(runs).map(column => [column.id, column]))
const column = (runs: readonly RunSummary[], id: string): TableColumn => byId(runs).get(id) as TableColumn

describe('sorting', () => {
  it('is stable, by value, with what has none at the end in both directions', () => {
    const value: fc.Arbitrary<Value> = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(null))
    fc.assert(fc.property(fc.array(value), fc.boolean(), (values, descending) => {
      const items = values.map((own, place) => ({ own, place }))
      const sorted = sortedBy(items, item => item.own, descending)
      expect(new Set(sorted)).toEqual(new Set(items))
      for (const [at, next] of sorted.entries()) {
        const before = sorted[at - 1]
        if (!before) continue
        if (before.own === null) expect(next.own).toBeNull()
        if (before.own === next.own) expect(before.place).toBeLessThan(next.place)
        else if (before.own !== null && next.own !== null) expect(descending ? before.own > next.own : before.own < next.own).toBe(true)
      }
    }))
  })

  it('puts run 10 behind run 9', () => {
    expect(sortedBy(['run 10', 'run 9', 'Run 1'], item => item, false)).toEqual(['Run 1', 'run 9', 'run 10'])
  })

  it('takes less than 100 ms for 2,000 runs with 40 parameters each, by any column', () => {
    const runs = Array.from({ length: 2000 }, (_, at) => summary({
      id: `run-${(at * 7919) % 2000}`,
      best: epoch({ validError: ((at * 31) % 997) / 1000 }),
      parameters: Object.fromEntries(Array.from({ length: 40 }, (__, field) => [`recipe.field${field}`, field % 2 === 0 ? (at * field) % 101 : `choice ${(at * field) % 7}`])),
    }))
    const columns = byId(runs)
    for (const sorting of ['name', 'created', 'best.validError', 'recipe.field7', 'recipe.field8']) {
      const times = [0, 1, 2].map(round => {
        const start = performance.now()
        const rows = rowsOf(runs, columns, { sorting: { column: sorting, descending: round === 1 }, grouping: 'none', open: new Set() })
        expect(rows).toHaveLength(2000)
        return performance.now() - start
      })
      // The machine is shared: of three, the quickest.
      expect(Math.min(...times), sorting).toBeLessThan(100)
    }
  })
})

describe('groups', () => {
  const runs = [1, 2, 3].flatMap(seed => [0.001, 0.01].map(rate => summary({
    id: `rate ${rate} seed ${seed}`, seed, best: epoch({ validError: rate * 10 + seed / 100 }), parameters: { 'recipe.learningRate.start': rate, 'recipe.seed': seed, 'recipe.clip': 'off' },
  })))
  const odd = summary({ id: 'odd', dataset: 'mnist', parameters: { 'recipe.learningRate.start': 0.001, 'recipe.seed': 1, 'recipe.clip': 'off' } })
  const columns = byId(runs)
  const rows = (grouping: Grouping, open: readonly string[] = []): readonly string[] => rowsOf([...runs, odd], columns, { sorting: { column: 'best.validError', descending: false }, grouping, open: new Set(open) }).map(row => (row.type === 'run' ? `${row.inside ? '  ' : ''}${row.run.id}` : `${row.runs.length} runs`))

  it('put repeats together: same recipe, network and data, another seed', () => {
    expect(rows('repeats')).toEqual(['3 runs', '3 runs', 'odd'])
  })

  it('show the runs of an open one, sorted as the rest', () => {
    const [first] = rowsOf(runs, columns, { sorting: { column: 'best.validError', descending: true }, grouping: 'repeats', open: new Set() })
    expect(first?.type === 'group' && first.runs[0]?.parameters['recipe.learningRate.start']).toBe(0.01)
    const shown = rowsOf(runs, columns, { sorting: { column: 'best.validError', descending: true }, grouping: 'repeats', open: new Set([first?.key ?? '']) })
    expect(shown.map(row => (row.type === 'run' ? row.run.id : 'group'))).toEqual(['group', 'rate 0.01 seed 3', 'rate 0.01 seed 2', 'rate 0.01 seed 1', 'group'])
  })

  it('are made by any column', () => {
    expect(rows('dataset')).toEqual(['6 runs', 'odd'])
    expect(rows('recipe.learningRate.start')).toEqual(['4 runs', '3 runs'])
  })

  it('have mean and deviation, what all agree in, or how many values there are', () => {
    const of = runs.filter(run => run.parameters['recipe.learningRate.start'] === 0.01)
    expect(summedOf(of, column(runs, 'best.validError'))).toEqual({ type: 'numbers', mean: expect.closeTo(0.12, 12) as number, deviation: expect.closeTo(0.01, 12) as number, count: 3 })
    expect(summedOf(of, column(runs, 'recipe.clip'))).toEqual({ type: 'same', value: 'off' })
    expect(summedOf(of, column(runs, 'name'))).toEqual({ type: 'various', count: 3 })
    expect(summedOf(of, column(runs, 'notes'))).toEqual({ type: 'same', value: null })
  })

  it('have the deviation of a sample, as a longer way round gives it', () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2 }), numbers => {
      // Half the mean square of the differences of all pairs.
      const pairs = numbers.flatMap((a, at) => numbers.slice(at + 1).map(b => (a - b) ** 2))
      const variance = pairs.reduce((sum, square) => sum + square, 0) / pairs.length / 2
      expect(meanAndDeviation(numbers).deviation).toBeCloseTo(Math.sqrt(variance), 6)
    }))
    expect(meanAndDeviation([3])).toEqual({ mean: 3, deviation: null })
  })
})

describe('columns', () => {
  it('name every parameter of any run, those of the form as it does', () => {
    const runs = [summary({ id: 'a', parameters: { 'recipe.batchSize': 50 } }), summary({ id: 'b', parameters: { 'nodes.dense1.units': 'many' } })]
    expect(column(runs, 'recipe.batchSize')).toMatchObject({ title: 'Batch size', section: 'Recipe', kind: 'number' })
    expect(column(runs, 'nodes.dense1.units')).toMatchObject({ title: 'nodes.dense1.units', kind: 'text' })
    expect(new Set(columnsFor(runs).map(({ id }) => id)).size).toBe(columnsFor(runs).length)
  })

  it('show values in their units', () => {
    expect([valueText(0.0321, 'share', now), valueText(2048, 'bytes', now), valueText(12345, 'number', now), valueText(0.00314159, 'number', now), valueText(0.02, 'number', now), valueText(2.5e-7, 'number', now), valueText(true, 'text', now), valueText(null, 'share', now)]).toEqual(['3.21 %', '2.00 KiB', '12,345', '0.003142', '0.02', '2.5e-7', 'yes', ''])
  })
})

describe('the file of the table', () => {
  const runs = [summary({ id: 'a', name: 'wide, "new"\nnet', best: epoch({ validError: 1 / 3 }) }), summary({ id: 'b', name: '=HYPERLINK("x")', tags: ['-x'] })]
  const shown = ['name', 'best.validError', 'tags'].map(id => column(runs, id))
  const rows = (grouping: Grouping): ReturnType<typeof rowsOf> => rowsOf(runs, byId(runs), { sorting: { column: 'id', descending: false }, grouping, open: new Set() })

  it('has full precision, quotes what needs it, and holds no formula', () => {
    expect(tableCsv(rows('none'), shown)).toBe(`name,best.validError,tags\r\n"wide, ""new""\nnet",${1 / 3},\r\n"'=HYPERLINK(""x"")",,'-x\r\n`)
  })

  it('has mean and deviation of groups', () => {
    expect(tableCsv(rows('project'), shown)).toBe(`runs,name,best.validError,best.validError deviation,tags\r\n2,2 different,${1 / 3},,'-x\r\n`)
  })
})
