import { xText, yText, type XAxis, type YAxis } from './axes.ts'
import type { PreparedSeries, ReferenceLine } from './series.ts'

/** A chart in a sentence a curve, for those who do not see it: where it begins and ends, its least and greatest value. */
export function summaryOf(title: string, all: readonly PreparedSeries[], x: XAxis, y: YAxis, references: readonly ReferenceLine[] = []): string {
  const sentences = all.map(one => sentenceOf(one, x, y))
  const lines = references.map(({ text, y: at }) => `Line: ${text}, ${yText(y.unit, at)}.`)
  return [`${title}.`, ...(sentences.length > 0 ? sentences : ['No figures yet.']), ...lines].join(' ')
}

function sentenceOf({ series: { name, x: places }, values, range: { least, greatest } }: PreparedSeries, x: XAxis, y: YAxis): string {
  const first = values.findIndex(Number.isFinite)
  if (first < 0) return `${name}: no value.`
  const last = values.findLastIndex(Number.isFinite)
  const point = (at: number): string => `${yText(y.unit, values[at] ?? NaN)} at ${xText(x.kind, places[at] ?? NaN)}`
  return first === last ? `${name}: ${point(first)}.` : `${name}: from ${point(first)} to ${point(last)}, between ${yText(y.unit, least)} and ${yText(y.unit, greatest)}.`
}
