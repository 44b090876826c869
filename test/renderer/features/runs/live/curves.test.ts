import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Extremes } from '../../../../../renderer/charts/extremes.ts'
import { changeText, epochCurve, epochPlaces, layerCurves, marksOf, stepCurve, stepNames, type RunEvent } from '../../../../../renderer/features/runs/live/curves.ts'
import { Growing } from '../../../../../renderer/features/runs/live/growing.ts'

const begun = Date.UTC(2026, 10, 25, 10)
const at = (seconds: number): string => new Date(begun + 1000 * seconds).toISOString()

/** Ten steps an epoch, a step a second, and a pause of a hundred seconds behind step 10. */
function steps(): Growing<(typeof stepNames)[number]> {
  const table = new Growing(stepNames)
  for (let step = 1; step <= 20; step++) {
    table.append({ step, epoch: step / 10, time: begun + 1000 * (step + (step > 10 ? 100 : 0)), processSeconds: step, loss: 1 / step, error: 0.5, learningRate: 1e-3 })
  }
  return table
}

const epochs = { epoch: Float64Array.of(1, 2), step: Float64Array.of(10, 20), testError: Float64Array.of(0.3, 0.2), validError: Float64Array.of(NaN, NaN) }

describe('a growing table', () => {
  it('holds what was appended, whichever way', () => {
    fc.assert(fc.property(fc.array(fc.array(fc.double({ noNaN: true }), { maxLength: 400 }), { maxLength: 6 }), parts => {
      const one = new Growing(['a', 'b'])
      const other = new Growing(['a', 'b'])
      for (const part of parts) {
        for (const a of part) one.append({ a, b: -a })
        other.appendAll({ a: Float64Array.from(part), b: Float64Array.from(part, a => -a), c: Float64Array.from(part) })
      }
      expect([...one.column('a')]).toEqual(parts.flat())
      expect([...other.column('b')]).toEqual([...one.column('b')])
      expect(other.length).toBe(parts.flat().length)
    }))
  })

  it('gives views that continue each other until its memory doubles', () => {
    const table = new Growing(['a', 'b'])
    table.append({ a: 1, b: 2 })
    const extremes = new Extremes()
    extremes.extend(table.column('a'), table.column('b'))
    table.append({ a: 2 })
    expect(extremes.continues(table.column('a'), table.column('b'))).toBe(true)
    expect(table.last('b')).toBeNaN()
    table.clear()
    expect(extremes.continues(table.column('a'), table.column('b'))).toBe(false)
  })
})

describe('curves', () => {
  it('stand over steps, epochs, the time of day and the time spent training', () => {
    const table = steps()
    expect([...(stepCurve(table, 'process', 'loss', 'loss', 'train')[0]?.x ?? [])].slice(9, 11)).toEqual([10, 11])
    expect([...(stepCurve(table, 'wall', 'loss', 'loss', 'train')[0]?.x ?? [])].slice(9, 11)).toEqual([begun + 10_000, begun + 111_000])
    expect([...(epochPlaces(epochs, table, 'epoch') ?? [])]).toEqual([1, 2])
    expect([...(epochPlaces(epochs, table, 'wall') ?? [])]).toEqual([begun + 10_000, begun + 120_000])
    expect([...(epochPlaces(epochs, table, 'process') ?? [])]).toEqual([10, 20])
    expect(epochPlaces(epochs, new Growing(stepNames), 'wall')).toBeUndefined()
  })

  it('are left out where there is no figure', () => {
    const x = epochPlaces(epochs, steps(), 'step')
    expect(epochCurve(epochs, x, 'validError', 'validation', 'validation')).toEqual([])
    expect(epochCurve(epochs, x, 'testLoss', 'test', 'test')).toEqual([])
    expect([...(epochCurve(epochs, x, 'testError', 'test', 'test')[0]?.y ?? [])]).toEqual([0.3, 0.2])
    expect(stepCurve(new Growing(stepNames), 'step', 'loss', 'loss', 'train')).toEqual([])
  })

  it('of layers stand where their epochs ended', () => {
    const layers = { dense1: { epoch: Float64Array.of(2), flipRate: Float64Array.of(0.01) }, sign1: { epoch: Float64Array.of(1, 2), positiveShare: Float64Array.of(0.5, 0.6) } }
    const x = epochPlaces(epochs, steps(), 'step')
    expect(layerCurves(layers, epochs, x, 'flipRate').map(({ name, x: places }) => [name, ...places])).toEqual([['dense1', 20]])
    expect(layerCurves(layers, epochs, x, 'positiveShare').map(({ name, x: places }) => [name, ...places])).toEqual([['sign1', 10, 20]])
  })
})

describe('marks', () => {
  it('stand once, where a run made steps again', () => {
    const at = (second: number): string => new Date(Date.UTC(2026, 10, 25, 12, 0, second)).toISOString()
    const checkpoint = (second: number, step: number): RunEvent => ({ time: at(second), kind: 'checkpoint', file: `step-${step}`, step })
    const again: RunEvent[] = [checkpoint(1, 10), { ...checkpoint(2, 20), undone: true }, { ...checkpoint(3, 30), undone: true }, { time: at(4), kind: 'resume', file: 'last', step: 20 }, { ...checkpoint(5, 30), undone: true }, { time: at(6), kind: 'resume', file: 'last', step: 10 }, checkpoint(7, 20)]
    const marked = (kind: 'step' | 'wall'): (string | number)[][] => marksOf(again, new Growing(stepNames), {}, kind, null).map(mark => [mark.kind, mark.x])
    expect(marked('step')).toEqual([['checkpoint', 10], ['resume', 20], ['resume', 10], ['checkpoint', 20]])
    expect(marked('wall')).toHaveLength(7)
  })

  const events: RunEvent[] = [
    { time: at(0), kind: 'state', state: 'running' },
    { time: at(10), kind: 'checkpoint', file: 'epoch-1.safetensors', step: 10 },
    { time: at(10), kind: 'state', state: 'paused' },
    { time: at(110), kind: 'state', state: 'running' },
    { time: at(115), kind: 'change', step: 15, learningRate: 0.000123456, epochs: 4 },
    { time: at(120), kind: 'state', state: 'finished' },
  ]

  it('stand where the events happened, on every axis', () => {
    const on = (kind: 'step' | 'epoch' | 'wall' | 'process'): (string | number)[][] => marksOf(events, steps(), epochs, kind, { epoch: 2 }).map(mark => [mark.kind, mark.x])
    expect(on('step')).toEqual([['checkpoint', 10], ['pause', 10], ['resume', 10 + 100 / 101], ['change', 15], ['best', 20]])
    expect(on('process').map(([kind]) => kind)).toEqual(['checkpoint', 'pause', 'resume', 'change', 'best'])
    expect(on('wall')).toContainEqual(['resume', begun + 110_000])
    expect(on('epoch')).toContainEqual(['change', 1.5])
  })

  it('say what was changed', () => {
    expect(marksOf(events, steps(), epochs, 'step', null).at(-1)?.text).toBe('rate 0.000123, 4 epochs')
    expect(changeText({ time: at(0), kind: 'change' })).toBe('changed')
  })

  it('are left out where nobody knows the place', () => {
    expect(marksOf(events, new Growing(stepNames), epochs, 'process', null)).toEqual([])
    expect(marksOf(events, new Growing(stepNames), epochs, 'epoch', null).map(({ kind }) => kind)).toEqual(['checkpoint', 'change'])
  })
})
