import { Extremes } from './extremes.ts'
import { Smoothed, spanOf, type Smoothing } from './smoothing.ts'

/** Curves of a training, which look alike in every chart. A number is a place in the palette of eight colours and three styles of line. */
export type SeriesRole = 'train' | 'validation' | 'test' | 'plain' | number

export interface ChartSeries {
  readonly name: string
  /** Does not fall. A series that grows is a longer view of the same memory; then only what is new is looked at. */
  readonly x: Float64Array
  /** As long as `x`; NaN where there is no value. */
  readonly y: Float64Array
  readonly role: SeriesRole
  /** False for figures of few points, such as one an epoch, which smoothing would only hide. */
  readonly smoothed?: boolean
}

/** A happening on the x axis. Checkpoints are many and are drawn as ticks, all others as labelled lines. */
export interface ChartMark {
  readonly x: number
  readonly kind: 'pause' | 'resume' | 'checkpoint' | 'best' | 'change' | 'stop' | 'interrupted'
  readonly text: string
}

/** A labelled dotted line across, such as what a paper reports. */
export interface ReferenceLine {
  readonly y: number
  readonly text: string
}

/** What is zoomed to; the whole where it is null. */
export interface ChartWindow {
  readonly from: number
  readonly to: number
}

interface Room {
  /** Room for `length` numbers. */
  take(length: number): Float64Array<ArrayBuffer>
}

interface Kept {
  x: Float64Array
  y: Float64Array
  smoothing: Smoothing | undefined
  span: number
  raw: Extremes
  smooth: { readonly values: Smoothed; extremes: Extremes } | undefined
}

/** A series ready to be drawn: its smoothed values, and which points make the picture of a window. */
export interface PreparedSeries {
  readonly series: ChartSeries
  /** The curve that is drawn strong: smoothed, if it is. */
  readonly values: Float64Array
  readonly isSmoothed: boolean
  /** Of `values`, finite ones alone. */
  readonly range: { readonly least: number; readonly greatest: number }
  /** [x, y, x, y…] of the points that a window needs, of at most about `blocks` blocks, in room that is taken of `memory`. */
  points(which: 'values' | 'raw', window: ChartWindow, blocks: number, memory: Room): Float64Array<ArrayBuffer>
}

/** Keeps of each series what was computed, so that a point at its end costs one point. */
export class SeriesCache {
  readonly #kept = new Map<string, Kept>()

  prepare(all: readonly ChartSeries[], smoothing: Smoothing | undefined): PreparedSeries[] {
    for (const name of this.#kept.keys()) if (!all.some(series => series.name === name)) this.#kept.delete(name)
    return all.map(series => this.#prepare(series, series.smoothed === false || !smoothing || smoothing.weight <= 0 ? undefined : smoothing))
  }

  #prepare(series: ChartSeries, smoothing: Smoothing | undefined): PreparedSeries {
    const { x, y } = series
    const known = this.#kept.get(series.name)
    const span = spanOf(x)
    const goesOn = known?.raw.continues(x, y) === true
    const sameSmoothing = goesOn && known.smoothing?.kind === smoothing?.kind && known.smoothing?.weight === smoothing?.weight && (smoothing?.kind !== 'timeWeighted' || known.span === span)
    const smooth = !smoothing ? undefined : sameSmoothing && known.smooth ? known.smooth : { values: new Smoothed(smoothing, span), extremes: new Extremes() }
    const kept: Kept = { x, y, smoothing, span, raw: goesOn ? known.raw : new Extremes(), smooth }
    kept.raw.extend(x, y)
    if (smooth) {
      smooth.values.extend(x, y)
      const { values } = smooth.values
      if (!smooth.extremes.continues(x, values)) smooth.extremes = new Extremes()
      smooth.extremes.extend(x, values)
    }
    this.#kept.set(series.name, kept)
    const values = smooth ? smooth.values.values : y
    return {
      series,
      values,
      isSmoothed: smooth !== undefined,
      range: (smooth?.extremes ?? kept.raw).range(),
      points(which, { from, to }, blocks, memory) {
        const [extremes, of] = which === 'values' && smooth ? [smooth.extremes, values] : [kept.raw, y]
        const indices = extremes.shown(from, to, blocks)
        const points = memory.take(2 * indices.length)
        for (let at = 0; at < indices.length; at++) {
          const index = indices[at] ?? -1
          points[2 * at] = x[index] ?? NaN
          points[2 * at + 1] = of[index] ?? NaN
        }
        return points
      },
    }
  }
}

/** From the first to the last x of all series; 0 to 1 of none. */
export function extentOf(all: readonly Pick<ChartSeries, 'x'>[]): ChartWindow {
  let from = Infinity
  let to = -Infinity
  for (const { x } of all) {
    if (x.length === 0) continue
    from = Math.min(from, x[0] ?? from)
    to = Math.max(to, x.at(-1) ?? to)
  }
  return from <= to ? { from, to } : { from: 0, to: 1 }
}
