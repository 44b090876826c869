import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RunSummary } from '../../../../../main/contract/app/runs.ts'
import { firstAxes, parallelAxis, pathOf } from '../../../../../renderer/features/runs/compare/parallel.ts'
import { runNames } from '../../../../../renderer/features/runs/compare/runNames.ts'
import { bytesTick, numberScale } from '../../../../../renderer/features/runs/compare/scale.ts'
import { reportedErrors, tradeOffs } from '../../../../../renderer/features/runs/compare/tradeOff.ts'
import { columnsFor, type TableColumn } from '../../../../../renderer/features/runs/table/columns.ts'
import { epoch, summary } from '../summaries.ts'

const column = (runs: readonly RunSummary[], id: string): TableColumn => columnsFor(runs).find(one => one.id === id) as TableColumn

describe('a scale', () => {
  it('has all values within its ends, in their order, and its ticks too', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), fc.boolean(), (values, log) => {
      const scale = numberScale(values, { log })
      const sorted = values.toSorted((a, b) => a - b).map(scale.position)
      expect(sorted.every(at => at >= -1e-9 && at <= 1 + 1e-9)).toBe(true)
      expect(sorted).toEqual(sorted.toSorted((a, b) => a - b))
      expect(scale.ticks.every(tick => scale.position(tick) >= -1e-6 && scale.position(tick) <= 1 + 1e-6)).toBe(true)
      expect(scale.ticks.length).toBeLessThanOrEqual(13)
    }))
  })

  it('names round numbers', () => {
    expect(numberScale([0, 1]).ticks).toEqual([0, 0.5, 1])
    expect(numberScale([0.1, 0.32]).ticks).toEqual([0.1, 0.15, 0.2, 0.25, 0.3])
    expect(numberScale([100, 1e6], { log: true, room: 0 }).ticks).toEqual([100, 1000, 10000, 100000, 1e6])
    expect(numberScale([8000, 17000], { bytes: true, log: true }).ticks).toEqual([8, 10, 12, 14, 16].map(kib => kib * 1024))
    expect(numberScale([0, 100], { log: true })).toMatchObject({ log: false })
  })

  it('has ticks at whole numbers alone where there is nothing between, and sizes without idle zeros', () => {
    expect(numberScale([1, 2], { whole: true }).ticks).toEqual([1, 2])
    expect([8, 10, 12.5, 100, 200, 512, 1000, 1024].map(kib => bytesTick(kib * 1024))).toEqual(['8 KiB', '10 KiB', '12.5 KiB', '100 KiB', '200 KiB', '512 KiB', '1000 KiB', '1 MiB'])
  })

  it('puts a single value in the middle', () => {
    expect(numberScale([7]).position(7)).toBeCloseTo(0.5, 12)
    expect(numberScale([7], { log: true }).position(7)).toBeCloseTo(0.5, 12)
  })
})

describe('parallel coordinates', () => {
  const runs = [
    summary({ id: 'a', seed: 1, best: epoch({ validError: 0.1 }), parameters: { 'recipe.seed': 1, 'recipe.optimizer.kind': 'adam', 'recipe.learningRate.start': 0.001, 'recipe.epochs': 3 } }),
    summary({ id: 'b', seed: 2, best: epoch({ validError: 0.3 }), parameters: { 'recipe.seed': 2, 'recipe.optimizer.kind': 'sgd', 'recipe.learningRate.start': 0.1, 'recipe.epochs': 3 } }),
    summary({ id: 'c', seed: 3, parameters: { 'recipe.seed': 3, 'recipe.optimizer.kind': 'adam', 'recipe.learningRate.start': 0.01, 'recipe.epochs': 3 } }),
  ]

  it('begin with what differs, and end with what came of it', () => {
    expect(firstAxes(runs, columnsFor(runs))).toEqual(['recipe.optimizer.kind', 'recipe.learningRate.start', 'recipe.seed', 'best.trainError', 'best.validError', 'best.testError'])
  })

  it('place numbers on a scale and words in a list, turned round if asked', () => {
    const rate = parallelAxis(column(runs, 'recipe.learningRate.start'), runs, { log: true })
    expect(rate.position(0.01)).toBeCloseTo(0.5, 9)
    const kind = parallelAxis(column(runs, 'recipe.optimizer.kind'), runs)
    expect([kind.position('adam'), kind.position('sgd'), kind.position(null), kind.ticks.map(({ text }) => text)]).toEqual([0.75, 0.25, null, ['adam', 'sgd']])
    expect(parallelAxis(column(runs, 'recipe.optimizer.kind'), runs, { flipped: true }).position('adam')).toBe(0.25)
  })

  it('break the path of a run where it has no value', () => {
    const axes = ['recipe.optimizer.kind', 'best.validError', 'recipe.seed', 'recipe.epochs'].map(id => parallelAxis(column(runs, id), runs))
    const places = { x: (at: number) => at * 10, y: (position: number) => 100 - 100 * position }
    expect(pathOf(runs[0] as RunSummary, axes, places).match(/[ML]/g)?.join('')).toBe('MLLL')
    expect(pathOf(runs[2] as RunSummary, axes, places).match(/[ML]/g)?.join('')).toBe('MML')
  })
})

describe('error against size', () => {
  it('finds the runs that no other beats', () => {
    const runs = [[1000, 0.05], [500, 0.07], [900, 0.07], [200, 0.2]].map(([packedBytes, testError], at) => summary({ id: String(at), packedBytes: packedBytes ?? 0, best: epoch({ testError: testError ?? 0 }) }))
    const { all, front } = tradeOffs([...runs, summary({ id: 'none' })], 'testError')
    expect([all.map(({ place }) => place), front.map(({ run }) => run.id)]).toEqual([[0, 1, 2, 3], ['3', '1', '0']])
  })

  it('knows what papers report, each preset once', () => {
    expect(reportedErrors([{ preset: 'mnist-mlp-theano', dataset: 'mnist' }, { preset: 'mnist-mlp-theano', dataset: 'mnist' }, { preset: 'mnist-mlp-torch', dataset: 'digits' }, { preset: 'digits', dataset: 'digits' }, { preset: null, dataset: 'mnist' }])).toEqual([{ error: expect.closeTo(0.0096, 9) as number, text: expect.stringMatching(/^mnist-mlp-theano: 0.96 % \(Hubara/) as string }])
  })
})

describe('names of runs', () => {
  it('are told apart by as much of the id as it takes', () => {
    expect(runNames([{ id: '1-digits-abcd', name: 'x' }, { id: '2-digits-efgh', name: 'x' }, { id: '3-digits-abcd', name: 'y' }])).toEqual(['x abcd', 'x efgh', 'y'])
    const same = runNames([{ id: '1-digits-abcd', name: 'x' }, { id: '2-digits-abcd', name: 'x' }])
    expect(new Set(same).size).toBe(2)
  })
})
