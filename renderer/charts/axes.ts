import { duration, significant } from '../../core/architecture/figures.ts'
import { grouped } from '../../core/architecture/wording.ts'

/** What curves stand over: steps, epochs, the time of day, or the time spent training, pauses left out. */
export type XKind = 'step' | 'epoch' | 'wall' | 'process'

export const xKinds: readonly { readonly value: XKind; readonly label: string; readonly title: string }[] = [
  { value: 'step', label: 'Step', title: 'step' },
  { value: 'epoch', label: 'Epoch', title: 'epoch' },
  { value: 'wall', label: 'Wall', title: 'time of day' },
  { value: 'process', label: 'Process', title: 'time spent training' },
]

export interface XAxis {
  readonly kind: XKind
  readonly label: string
}

export interface YAxis {
  readonly label: string
  /** `share`: a fraction, shown in percent. */
  readonly unit: 'share' | 'number' | 'rate'
  /** Begins at 0 however high the curves lie. */
  readonly fromZero?: boolean
}

/** A place on the x axis in words: "step 1,200", "epoch 3.42", "12:04:31", "2 min 05 s". */
export function xText(kind: XKind, x: number): string {
  switch (kind) {
    case 'step': return `step ${grouped(Math.round(x))}`
    case 'epoch': return `epoch ${Number(x.toFixed(2))}`
    case 'wall': return clock(x)
    case 'process': return duration(x)
  }
}

/** The same at a tick, where the axis has its name already; `step`: the distance of ticks. */
export function xTick(kind: XKind, x: number, step = Infinity): string {
  switch (kind) {
    case 'step': return x >= 1e6 ? `${Number((x / 1e6).toPrecision(4))}M` : x >= 1e4 ? `${Number((x / 1e3).toPrecision(4))}k` : grouped(x)
    case 'epoch': return String(Number(x.toFixed(2)))
    case 'wall': return step < 60_000 ? clock(x) : clock(x).slice(0, 5)
    case 'process': return x === 0 ? '0' : duration(x)
  }
}

export function yText(unit: YAxis['unit'], y: number): string {
  if (!Number.isFinite(y)) return '-'
  if (unit === 'share') return `${(100 * y).toFixed(2)} %`
  return unit === 'rate' && Math.abs(y) >= 100 ? grouped(Math.round(y)) : significant(y)
}

/** Short enough for the side of a small chart. */
export function yTick(unit: YAxis['unit'], y: number): string {
  if (unit === 'share') return `${Number((100 * y).toPrecision(3))}`
  const size = Math.abs(y)
  if (size === 0) return '0'
  if (size >= 1e6 || size < 1e-3) return y.toExponential(Number.isInteger(Math.log10(size)) ? 0 : 1).replace('e+', 'e')
  return size >= 1e4 ? `${Number((y / 1e3).toPrecision(3))}k` : String(Number(y.toPrecision(3)))
}

function clock(milliseconds: number): string {
  return new Date(milliseconds).toLocaleTimeString('en-GB')
}

/**
 * Where the x values `at` of one axis lie on another, by a table of both that rises: between two entries in proportion, beyond the ends at the end.
 * So epochs, which know their step, find the time at which they ended.
 */
export function mapped(at: Float64Array, from: Float64Array, to: Float64Array): Float64Array {
  const length = Math.min(from.length, to.length)
  let next = 0
  return at.map(x => {
    while (next < length && (from[next] ?? NaN) < x) next++
    if (next === length) return to[length - 1] ?? NaN
    const [x0, x1, y0, y1] = [from[next - 1], from[next] ?? NaN, to[next - 1], to[next] ?? NaN]
    if (x0 === undefined || y0 === undefined || x1 === x0) return y1
    return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
  })
}

const SECOND_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400]

/** Round places of an axis from `from` to `to`, about `wanted` of them: 1, 2 or 5 times a power of ten; of times, what clocks count in. */
export function ticksOf(kind: XKind, from: number, to: number, wanted: number): number[] {
  if (!(to > from)) return [from]
  const rough = (to - from) / Math.max(1, wanted)
  const step = kind === 'wall' ? 1000 * clockStep(rough / 1000) : kind === 'process' ? clockStep(rough) : roundStep(rough)
  // Steps and epochs are counted: between two of them there is nothing to name.
  const used = kind === 'step' ? Math.max(1, step) : step
  // Hours and days begin where the clock says, which is not where UTC does.
  const offset = kind === 'wall' ? new Date(from).getTimezoneOffset() * 60_000 : 0
  const ticks: number[] = []
  for (let at = Math.ceil((from - offset) / used); at * used + offset <= to + used * 1e-9; at++) ticks.push(at * used + offset)
  return ticks
}

/** The least of 1, 2 or 5 times a power of ten that is not below `rough`. */
export function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find(factor => factor * power >= rough * (1 - 1e-9)) ?? 10)
}

function clockStep(rough: number): number {
  if (rough < 1) return roundStep(rough)
  return SECOND_STEPS.find(step => step >= rough) ?? 86400 * roundStep(rough / 86400)
}
