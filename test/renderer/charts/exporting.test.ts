import { describe, expect, it } from 'vitest'
import { ticksOf } from '../../../renderer/charts/axes.ts'
import { chartSvg } from '../../../renderer/charts/exporting.ts'
import { movedBy, zoomedAround } from '../../../renderer/charts/group.ts'
import { SeriesCache } from '../../../renderer/charts/series.ts'
import { summaryOf } from '../../../renderer/charts/summary.ts'
import { readTheme, styleOf, type ChartTheme } from '../../../renderer/charts/theme.ts'

const theme: ChartTheme = {
  background: '#101010', text: '#eeeeee', textSoft: '#cccccc', textFaint: '#aaaaaa', line: '#333333', lineStrong: '#666666', good: '#00ff00', warning: '#ffff00', error: '#ff0000',
  fontText: 'sans-serif', fontFigures: 'monospace', roles: { train: '#f5b04c', validation: '#84a9ff', test: '#3fc5b0', plain: '#84a9ff' }, palette: ['#010101', '#020202', '#030303', '#040404', '#050505', '#060606', '#070707', '#080808'],
}
const x = Float64Array.from({ length: 50_000 }, (_, at) => at)
const prepared = new SeriesCache().prepare([{ name: 'training <b>', x, y: x.map(at => 2 + Math.sin(at / 100)), role: 'train' }], { kind: 'average', weight: 0.9 })
const y = { label: '', unit: 'number' } as const

describe('a chart as SVG', () => {
  const svg = chartSvg({
    series: prepared, x: { kind: 'step', label: 'step' }, y, log: false, theme, window: { from: 0, to: 50_000 }, width: 800, height: 400, alone: 'Loss & more',
    marks: [{ x: 100, kind: 'checkpoint', text: 'epoch 1' }, { x: 25_000, kind: 'pause', text: 'paused' }], references: [{ y: 9.5, text: 'reported' }],
  })

  it('stands alone, with title, names, marks and lines as text, and names escaped', () => {
    for (const text of ['Loss &amp; more', 'training &lt;b&gt;', 'paused', 'reported', 'step']) expect(svg).toContain(text)
    expect(svg).not.toMatch(/<b>|href|<image|<script|url\((?!#)/)
  })

  it('is well-formed with the fonts of the app, whose names stand in quotes', () => {
    const own = readTheme(name => (name.startsWith('--font') ? '"JetBrains Mono Variable", monospace' : '#123456'))
    const drawn = chartSvg({ series: prepared, x: { kind: 'step', label: 'step' }, y, log: false, theme: own, window: { from: 0, to: 50_000 }, width: 800, height: 400, alone: 'Loss', marks: [], references: [] })
    expect(drawn).toContain("'JetBrains Mono Variable'")
    const name = '[\\w:-]+'
    const wellFormed = new RegExp(`^(?:[^<>]|</${name}>|<${name}(?:\\s+${name}="[^"<]*")*\\s*/?>)*$`)
    expect(wellFormed.test(drawn.replaceAll(/<style\s*>.*?<\/style>/gs, '').replaceAll(/<!\[CDATA\[.*?\]\]>/gs, ''))).toBe(true)
  })

  it('begins below the names of its curves, however many', () => {
    const many = new SeriesCache().prepare(Array.from({ length: 20 }, (_, at) => ({ name: `a run with a name ${at}`, x: Float64Array.of(1, 2), y: Float64Array.of(at, 1), role: at })), undefined)
    const drawn = chartSvg({ series: many, x: { kind: 'epoch', label: 'epoch' }, y, log: false, theme, window: { from: 1, to: 2 }, width: 560, height: 320, alone: 'Loss', marks: [], references: [] })
    const places = (text: RegExp): number[] => [...drawn.matchAll(/translate\([\d.]+ ([\d.]+)\)[^>]*>([^<]*)<\/text>/g)].filter(([, , said = '']) => text.test(said)).map(([, height]) => Number(height))
    const names = places(/^a run/)
    expect(names).toHaveLength(20)
    expect(Math.max(...names)).toBeLessThan(Math.min(...places(/^\d+$/)))
  })

  it('leaves out the name of a mark that stands too near another', () => {
    const near = chartSvg({
      series: prepared, x: { kind: 'step', label: 'step' }, y, log: false, theme, window: { from: 0, to: 50_000 }, width: 800, height: 400, alone: 'Loss', references: [],
      marks: [{ x: 25_100, kind: 'resume', text: 'went on' }, { x: 25_000, kind: 'pause', text: 'paused' }, { x: 49_999, kind: 'best', text: 'best, epoch 5' }],
    })
    expect(near).toContain('paused')
    expect(near).not.toContain('went on')
    expect(near).toContain('best, epoch 5')
  })

  it('draws fifty thousand points as a few thousand', () => {
    const longest = Math.max(...[...svg.matchAll(/ d="([^"]*)"/g)].map(([, path = '']) => path.split('L').length))
    expect(longest).toBeGreaterThan(300)
    expect(longest).toBeLessThan(3000)
  })

  it('reaches the reference line, which lies above the curve', () => {
    const texts = [...svg.matchAll(/>(\d+(?:\.\d+)?)<\/text>/g)].map(([, text]) => Number(text))
    expect(texts.some(value => value >= 8)).toBe(true)
  })

  it('draws nothing that is not positive on a logarithmic axis, and no NaN', () => {
    const some = new SeriesCache().prepare([{ name: 'a', x: Float64Array.of(0, 1, 2, 3), y: Float64Array.of(1, 0, 10, NaN), role: 3 }], undefined)
    const log = chartSvg({ series: some, x: { kind: 'epoch', label: 'epoch' }, y, log: true, theme, window: { from: 0, to: 3 }, width: 400, height: 300, alone: 'a', marks: [], references: [{ y: 0, text: 'nothing' }] })
    expect(log).not.toContain('NaN')
    expect(log).not.toContain('nothing')
  })
})

it('is said in a sentence a curve', () => {
  const few = new SeriesCache().prepare([{ name: 'loss', x: Float64Array.of(1, 2, 3), y: Float64Array.of(NaN, 2, 1), role: 'train' }], undefined)
  expect(summaryOf('Loss', few, { kind: 'step', label: 'step' }, y, [{ y: 0.5, text: 'the paper' }])).toBe('Loss. loss: from 2.000 at step 2 to 1.000 at step 3, between 1.000 and 2.000. Line: the paper, 0.5000.')
  expect(summaryOf('Loss', [], { kind: 'step', label: 'step' }, y)).toBe('Loss. No figures yet.')
})

it('gives each of 24 curves its own colour or line', () => {
  expect(new Set(Array.from({ length: 24 }, (_, role) => JSON.stringify(styleOf(role, theme)))).size).toBe(24)
})

describe('ticks', () => {
  it('are round, inside, and about as many as wanted', () => {
    expect(ticksOf('step', 0, 1000, 5)).toEqual([0, 200, 400, 600, 800, 1000])
    expect(ticksOf('step', 0, 3, 10)).toEqual([0, 1, 2, 3])
    expect(ticksOf('epoch', 0.2, 1.1, 4)).toHaveLength(2)
    expect(ticksOf('process', 0, 200, 4)).toEqual([0, 60, 120, 180])
    const [first = NaN, second = NaN] = ticksOf('wall', Date.UTC(2026, 10, 25, 10, 3), Date.UTC(2026, 10, 25, 12), 6)
    expect((second - first) / 60_000).toBe(30)
    expect(new Date(first).getMinutes() % 30).toBe(0)
    expect(ticksOf('step', 5, 5, 4)).toEqual([5])
  })
})

describe('zooming', () => {
  const whole = { from: 0, to: 100 }
  it('keeps what is pointed at in its place, and ends at the whole', () => {
    expect(zoomedAround(whole, 25, 0.5, whole)).toEqual({ from: 12.5, to: 62.5 })
    expect(zoomedAround({ from: 10, to: 90 }, 50, 4, whole)).toBeNull()
    expect(movedBy({ from: 10, to: 30 }, -50, whole)).toEqual({ from: 0, to: 20 })
    expect(movedBy({ from: 10, to: 30 }, 500, whole)).toEqual({ from: 80, to: 100 })
  })
})
