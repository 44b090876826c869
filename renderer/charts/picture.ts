import type { XAxis, YAxis } from './axes.ts'
import type { ChartMark, ChartWindow, PreparedSeries, ReferenceLine, SeriesRole } from './series.ts'
import type { ChartTheme } from './theme.ts'

/** Room around the plot in pixels: for the figures of the axes. */
export const MARGINS = { left: 48, right: 14, top: 18, bottom: 36 }
/** Of more curves, what they are smoothed from would hide each other; they are thinner too, which is quicker to draw. */
const MOST_WITH_RAW = 6
/** Points of all curves together that a picture is made of: more are not seen, and take time to draw. */
const MOST_POINTS = 8_000

/** A chart and what it is looked at with: everything that its picture follows from. */
export interface LineModel {
  readonly series: readonly PreparedSeries[]
  readonly x: XAxis
  readonly y: YAxis
  readonly log: boolean
  readonly marks: readonly ChartMark[]
  readonly references: readonly ReferenceLine[]
  readonly window: ChartWindow
  /** Of the picture, in pixels. */
  readonly width: number
  readonly height: number
  readonly theme: ChartTheme
  /** For a picture that stands alone: its title, and the names of the curves in it. */
  readonly alone?: string
}

/** The points that a curve is drawn through: x, y, x, y…; NaN where it has a hole, such as what is not positive on a logarithmic axis. */
export interface DrawnCurve {
  readonly name: string
  readonly role: SeriesRole
  readonly points: Float64Array<ArrayBuffer>
  /** What it was smoothed from, where that is drawn too. */
  readonly raw: Float64Array<ArrayBuffer> | undefined
}

/** A chart reduced to what is drawn, in plain values of its own, so that it can be sent to where it is drawn. */
export interface LinePicture extends Omit<LineModel, 'series'> {
  readonly curves: readonly DrawnCurve[]
  /** Whether curves are few enough to be drawn strong. */
  readonly strong: boolean
}

/** What points were drawn from, to be filled again: memory that came and went with every picture would keep the page collecting garbage. */
export class PointMemory {
  #free: ArrayBuffer[] = []

  /** Room for `length` numbers, which hold anything. */
  take(length: number): Float64Array<ArrayBuffer> {
    const at = this.#free.findIndex(({ byteLength }) => byteLength >= 8 * length)
    const [memory = new ArrayBuffer(8 * 2 ** Math.ceil(Math.log2(Math.max(1, length))))] = at < 0 ? [] : this.#free.splice(at, 1)
    return new Float64Array(memory, 0, length)
  }

  /** In place of all that was given before and not taken. */
  give(memory: readonly ArrayBuffer[]): void {
    this.#free = [...memory]
  }
}

export function pictureOf({ series, x, y, log, marks, references, window: { from, to }, width, height, theme, alone }: LineModel, memory = new PointMemory()): LinePicture {
  const strong = series.length <= MOST_WITH_RAW
  const blocks = Math.max(40, Math.min(Math.floor((width - MARGINS.left - MARGINS.right) / 2), Math.floor(MOST_POINTS / 2 / Math.max(1, series.length))))
  const points = (one: PreparedSeries, which: 'values' | 'raw'): Float64Array<ArrayBuffer> => {
    const drawn = one.points(which, { from, to }, blocks, memory)
    if (log) for (let at = 1; at < drawn.length; at += 2) if ((drawn[at] ?? 0) <= 0) drawn[at] = NaN
    return drawn
  }
  return {
    curves: series.map(one => ({ name: one.series.name, role: one.series.role, points: points(one, 'values'), raw: one.isSmoothed && strong ? points(one, 'raw') : undefined })),
    strong, x: { ...x }, y: { ...y }, log, marks: marks.map(mark => ({ ...mark })), references: references.map(line => ({ ...line })), window: { from, to }, width, height, theme, ...(alone !== undefined && { alone }),
  }
}

/** The memory of a picture's points, which is sent with it and comes back when it is drawn. */
export function memoryOf({ curves }: LinePicture): ArrayBuffer[] {
  return curves.flatMap(({ points, raw }) => (raw ? [points.buffer, raw.buffer] : [points.buffer]))
}
