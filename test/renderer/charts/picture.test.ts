import fc from 'fast-check'
import { reactive } from 'vue'
import { describe, expect, it } from 'vitest'
import { yPixelOf } from '../../../renderer/charts/drawing.ts'
import { memoryOf, pictureOf, PointMemory, type LineModel } from '../../../renderer/charts/picture.ts'
import { SeriesCache } from '../../../renderer/charts/series.ts'
import { readTheme } from '../../../renderer/charts/theme.ts'

const x = Float64Array.from({ length: 20_000 }, (_, at) => at)
const all = (count: number): LineModel['series'] => new SeriesCache().prepare(Array.from({ length: count }, (_, role) => ({ name: `curve ${role}`, x, y: x.map(at => Math.sin(at + role)), role })), { kind: 'average', weight: 0.5 })
const model = (count: number, other: Partial<LineModel> = {}): LineModel => ({
  series: all(count), x: { kind: 'step', label: 'step' }, y: { label: '', unit: 'number' }, log: false, marks: [], references: [], window: { from: 0, to: 20_000 }, width: 1000, height: 300, theme: readTheme(name => name), ...other,
})

describe('a picture', () => {
  it('can be sent to a worker with its memory, whatever it was made of', () => {
    const marks = reactive([{ x: 5, kind: 'best' as const, text: 'best' }])
    const references = reactive([{ y: 1, text: 'reported' }])
    expect(() => structuredClone(marks)).toThrow()
    const picture = pictureOf(model(2, { marks, references }))
    const length = picture.curves[0]?.points.length ?? 0
    const sent = structuredClone(picture, { transfer: memoryOf(picture) })
    expect(sent).toMatchObject({ marks: [{ x: 5, text: 'best' }], references: [{ y: 1 }], strong: true })
    expect(sent.curves.map(({ name, points, raw }) => [name, points.length, (raw?.length ?? 0) > 0])).toEqual([['curve 0', length, true], ['curve 1', length, true]])
    expect(length).toBeGreaterThan(600)
    // What was sent is gone: nobody draws it twice.
    expect(picture.curves[0]?.points).toHaveLength(0)
  })

  it('is made in the memory of the last, however the number of points changes', () => {
    const memory = new PointMemory()
    const whole = model(3)
    let given: readonly ArrayBuffer[] = []
    for (const to of [20_000, 19_000, 50, 20_000, 12_345]) {
      const looked = { ...whole, window: { from: 0, to } }
      const picture = pictureOf(looked, memory)
      expect(picture.curves).toEqual(pictureOf(looked).curves)
      const used = memoryOf(picture)
      expect(new Set(used).size).toBe(6)
      expect(given.length === 0 || used.every(one => given.includes(one))).toBe(true)
      given = used
      memory.give(used)
    }
  })

  it('of many curves has fewer points each, and not what they are smoothed from', () => {
    const { curves, strong } = pictureOf(model(20))
    expect(strong).toBe(false)
    expect(curves.every(({ raw }) => raw === undefined)).toBe(true)
    expect(curves.reduce((sum, { points }) => sum + points.length / 2, 0)).toBeLessThanOrEqual(8_000 + 20 * 8)
  })

  it('has holes where a logarithmic axis has no place', () => {
    const [curve] = pictureOf(model(1, { log: true })).curves
    const values = [...(curve?.points ?? [])].filter((_, at) => at % 2 === 1)
    expect(values.some(Number.isNaN)).toBe(true)
    expect(values.every(value => Number.isNaN(value) || value > 0)).toBe(true)
  })
})

describe('the place of a value', () => {
  it('is in proportion between the edges, of values or of their logarithms', () => {
    expect(yPixelOf({ high: 10, low: 0, log: false }, 7.5, 20, 120)).toBe(45)
    expect(yPixelOf({ high: 100, low: 1, log: true }, 10, 0, 200)).toBe(100)
    fc.assert(fc.property(fc.boolean(), fc.double({ min: 1, max: 10, noNaN: true }), fc.double({ min: 11, max: 1e6, noNaN: true }), (log, low, high) => {
      expect(yPixelOf({ high, low, log }, high, 18, 300)).toBeCloseTo(18, 6)
      expect(yPixelOf({ high, low, log }, low, 18, 300)).toBeCloseTo(300, 6)
    }))
  })

  it('is none of what has none', () => {
    expect(yPixelOf({ high: 10, low: 1, log: true }, 0, 0, 100)).toBeNaN()
    expect(yPixelOf({ high: NaN, low: NaN, log: false }, 5, 0, 100)).toBeNaN()
    expect(yPixelOf({ high: 10, low: 0, log: false }, NaN, 0, 100)).toBeNaN()
  })
})
