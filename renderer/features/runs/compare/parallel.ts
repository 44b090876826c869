import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { valueText, type TableColumn, type Value, type ValueKind } from '../table/columns.ts'
import { grouped } from '../../../../core/architecture/wording.ts'
import { bytesTick, numberScale } from './scale.ts'

/** One upright axis of the parallel coordinates: a column, with a place for each of its values. */
export interface ParallelAxis {
  readonly column: TableColumn
  readonly log: boolean
  /** Largest at the bottom. */
  readonly flipped: boolean
  readonly ticks: readonly { readonly at: number; readonly text: string }[]
  /** 0 at the bottom, 1 at the top; null of what has no value. */
  readonly position: (value: Value) => number | null
}

/** Numbers on a scale; anything else as a list, first at the top, as equally spaced places. */
export function parallelAxis(column: TableColumn, runs: readonly RunSummary[], { log = false, flipped = false }: { readonly log?: boolean; readonly flipped?: boolean } = {}): ParallelAxis {
  const values = runs.map(column.value).filter(value => value !== null)
  const turned = (at: number): number => (flipped ? 1 - at : at)
  const now = new Date()
  const numbers = values.filter(value => typeof value === 'number')
  if (numbers.length > 0 && numbers.length === values.length) {
    const scale = numberScale(numbers, { log, bytes: column.kind === 'bytes', whole: column.kind === 'number' && numbers.every(Number.isInteger) })
    return {
      column, log: scale.log, flipped,
      ticks: scale.ticks.map(tick => ({ at: turned(scale.position(tick)), text: tickText(tick, column.kind) })),
      position: value => (typeof value === 'number' ? turned(scale.position(value)) : null),
    }
  }
  const names = [...new Set(values.map(String))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
  const places = new Map(names.map((name, at) => [name, turned(1 - (at + 0.5) / names.length)]))
  return {
    column, log: false, flipped,
    ticks: names.map(name => ({ at: places.get(name) ?? 0, text: column.kind === 'time' ? valueText(name, 'time', now) : name })),
    position: value => (value === null ? null : places.get(String(value)) ?? null),
  }
}

/** Short: a tick is round. */
function tickText(value: number, kind: ValueKind): string {
  if (kind === 'bytes') return bytesTick(value)
  const round = Number((kind === 'share' ? 100 * value : value).toPrecision(6))
  return kind === 'share' ? `${round} %` : Math.abs(round) >= 1e6 || (round !== 0 && Math.abs(round) < 1e-3) ? round.toExponential().replace('e+', 'e') : Number.isInteger(round) ? grouped(round) : String(round)
}

/** What a comparison shows first: the parameters in which the runs differ, seeds last, then size where it differs, then what came of it. */
export function firstAxes(runs: readonly RunSummary[], columns: readonly TableColumn[]): readonly string[] {
  const varying = (column: TableColumn): boolean => new Set(runs.map(column.value)).size > 1
  const named = (id: string): readonly TableColumn[] => columns.filter(column => column.id === id)
  const parameters = columns.filter(column => column.section === 'Recipe' && varying(column))
  const ordered = [...parameters.filter(({ id }) => id !== 'recipe.seed'), ...parameters.filter(({ id }) => id === 'recipe.seed')]
  const sizes = [...named('packedBytes'), ...named('dataset')].filter(varying)
  const known = (column: TableColumn): boolean => runs.some(run => column.value(run) !== null)
  const results = [...named('best.trainError'), ...named('best.validError'), ...named('best.testError')].filter(known)
  return [...ordered.slice(0, 8), ...sizes, ...results].map(({ id }) => id)
}

/** Where axes stand and positions lie in a picture of this size. */
export interface Frame {
  readonly x: (axis: number) => number
  readonly y: (position: number) => number
}

const ROOM = { left: 64, right: 72, top: 36, bottom: 12 }

export function frameOf(axes: number, width: number, height: number): Frame {
  return {
    x: axis => (axes < 2 ? width / 2 : ROOM.left + (axis * (width - ROOM.left - ROOM.right)) / (axes - 1)),
    y: position => ROOM.top + (1 - position) * (height - ROOM.top - ROOM.bottom),
  }
}

/** The path of a run across the axes, in a picture of this size; broken where it has no value. */
export function pathOf(run: RunSummary, axes: readonly ParallelAxis[], { x, y }: Frame): string {
  let pen = 'M'
  return axes.map((axis, at) => {
    const position = axis.position(axis.column.value(run))
    if (position === null) {
      pen = 'M'
      return ''
    }
    const part = `${pen}${x(at).toFixed(1)} ${y(position).toFixed(1)}`
    pen = 'L'
    return part
  }).join('')
}
