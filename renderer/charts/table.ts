import { csvText } from '../../core/analysis/csv.ts'
import type { ChartWindow, PreparedSeries } from './series.ts'

/** What a chart shows, as rows: every x of the window, with the values of each series there; null where it has none. */
export interface ChartTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (number | null)[])[]
}

/** `limit`: at most so many rows, spread evenly. A smoothed series has a second column. */
export function tableOf(xName: string, all: readonly PreparedSeries[], { from, to }: ChartWindow, limit = Infinity): ChartTable {
  const columns = [xName, ...all.flatMap(({ series, isSmoothed }) => (isSmoothed ? [series.name, `${series.name} (smoothed)`] : [series.name]))]
  const everyX = [...new Set(all.flatMap(({ series }) => [...series.x].filter(x => x >= from && x <= to)))].sort((a, b) => a - b)
  const chosen = everyX.length <= limit ? everyX : Array.from({ length: limit }, (_, row) => everyX[Math.round((row * (everyX.length - 1)) / (limit - 1))] ?? NaN)
  const at = all.map(() => 0)
  const rows = chosen.map(x => [x, ...all.flatMap(({ series, values, isSmoothed }, column) => {
    let place = at[column] ?? 0
    while (place < series.x.length && (series.x[place] ?? NaN) < x) place++
    at[column] = place
    const here = series.x[place] === x
    const value = here ? finite(series.y[place]) : null
    return isSmoothed ? [value, here ? finite(values[place]) : null] : [value]
  })])
  return { columns, rows }
}

function finite(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null
}

export function csvOf({ columns, rows }: ChartTable): string {
  return csvText(columns, rows)
}

/** One object a series, as arrays of x and y: what is there, without holes. */
export function jsonOf({ columns, rows }: ChartTable): Readonly<Record<string, unknown>>[] {
  const [x = 'x', ...names] = columns
  return names.map((name, column) => {
    const present = rows.filter(row => row[column + 1] !== null)
    return { name, [x]: present.map(row => row[0]), value: present.map(row => row[column + 1]) }
  })
}
