import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { valueText } from '../table/columns.ts'
import type { ParallelAxis } from './parallel.ts'

/** A range of an axis, from where it was begun to where it was drawn; either may be the higher. 0 is the bottom, 1 the top. */
export type Range = readonly [begun: number, drawn: number]

/** Ranges of axes, by their columns, that runs must lie in to be chosen; a run without a value lies in none. */
export type Brushes = ReadonlyMap<string, Range>

/** A value that runs have on an axis. Keys go from one to the next, so that no step leaves the chosen runs as they are. */
export interface Stop {
  readonly at: number
  readonly text: string
}

/** How many values Page Up and Page Down pass. */
const PAGE = 10

export function brushed(run: RunSummary, axes: readonly ParallelAxis[], brushes: Brushes): boolean {
  return axes.every(axis => {
    const range = brushes.get(axis.column.id)
    if (!range) return true
    const at = axis.position(axis.column.value(run))
    return at !== null && at >= Math.min(...range) && at <= Math.max(...range)
  })
}

/** Every value of these runs once, from the bottom to the top. */
export function stopsOf({ column, position }: ParallelAxis, runs: readonly RunSummary[]): readonly Stop[] {
  const now = new Date()
  const texts = new Map<number, string>()
  for (const run of runs) {
    const value = column.value(run)
    const at = position(value)
    if (at !== null) texts.set(at, valueText(value, column.kind, now))
  }
  return [...texts].map(([at, text]) => ({ at, text })).sort((a, b) => a.at - b.at)
}

/**
 * The range after a key: an arrow moves it by one value, with Shift it draws the end further or back, Page Up and Page Down by ten, Home and End all the way;
 * Escape takes it away (null). Without a range a key upwards begins at the lowest value, one downwards at the highest. Undefined of a key that means nothing here.
 */
export function rangeAfter(key: string, shift: boolean, stops: readonly Stop[], range: Range | undefined): Range | null | undefined {
  if (key === 'Escape') return range ? null : undefined
  const by = stepOf(key, stops.length)
  if (by === undefined || stops.length === 0) return undefined
  const last = stops.length - 1
  const place = (index: number): number => stops[index]?.at ?? 0
  if (!range) {
    const first = place((key === 'Home' || by > 0) && key !== 'End' ? 0 : last)
    return [first, first]
  }
  const [begun, drawn] = covered(stops, range)
  if (shift) return [place(begun), place(clamp(drawn + by, 0, last))]
  const moved = clamp(by, -Math.min(begun, drawn), last - Math.max(begun, drawn))
  return [place(begun + moved), place(drawn + moved)]
}

/** The value at the drawn end of a range, counted from the bottom; 0 is the lowest. */
export function drawnStop(stops: readonly Stop[], range: Range | undefined): number {
  return range && stops.length > 0 ? covered(stops, range)[1] : 0
}

/** In words: "0.001 to 0.01". */
export function rangeText(stops: readonly Stop[], range: Range | undefined): string {
  if (!range) return 'all values'
  const within = stops.filter(({ at }) => at >= Math.min(...range) && at <= Math.max(...range))
  const [low, high] = [within[0], within.at(-1)]
  if (!low || !high) return 'no value of a run'
  return low === high ? low.text : `${low.text} to ${high.text}`
}

function stepOf(key: string, count: number): number | undefined {
  switch (key) {
    case 'ArrowUp': case 'ArrowRight': return 1
    case 'ArrowDown': case 'ArrowLeft': return -1
    case 'PageUp': return PAGE
    case 'PageDown': return -PAGE
    case 'Home': return -count
    case 'End': return count
    default: return undefined
  }
}

/** The first and last value within a range, by their places in `stops`; the nearest to its middle where it was drawn between two. */
function covered(stops: readonly Stop[], [begun, drawn]: Range): readonly [number, number] {
  const [low, high] = [Math.min(begun, drawn), Math.max(begun, drawn)]
  const first = stops.findIndex(({ at }) => at >= low)
  const last = stops.findLastIndex(({ at }) => at <= high)
  if (first < 0 || last < first) {
    const distances = stops.map(({ at }) => Math.abs(at - (low + high) / 2))
    const nearest = distances.indexOf(Math.min(...distances))
    return [nearest, nearest]
  }
  return begun <= drawn ? [first, last] : [last, first]
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value))
}
