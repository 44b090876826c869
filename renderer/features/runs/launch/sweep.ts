import type { InputOf } from '../../../../main/contract/app/index.ts'
import { valuesOf, type LaunchField } from './fields.ts'

type Sweep = NonNullable<InputOf<'queue.add'>['sweep']>

/** An axis as it is being written. `range` is for random sweeps over numbers: the bounds instead of a list. */
export interface AxisDraft {
  readonly path: string
  readonly text: string
  readonly range: { readonly min: number; readonly max: number; readonly scale: 'linear' | 'log' } | null
}

export interface SweepDraft {
  readonly kind: 'none' | 'grid' | 'random'
  readonly axes: readonly AxisDraft[]
  readonly count: number
  readonly seed: number
}

export type SweepRead = { readonly sweep: Sweep | undefined; readonly runs: number } | { readonly refusal: string; readonly path: string }

/** What was written as the queue takes it, with the number of runs it makes, or the axis that is wrong and why. */
export function readSweep({ kind, axes, count, seed }: SweepDraft, fields: readonly LaunchField[]): SweepRead {
  if (kind === 'none' || axes.length === 0) return { sweep: undefined, runs: 1 }
  const lists: { path: string; values: (string | number | boolean)[] }[] = []
  const drawn: Extract<Sweep, { kind: 'random' }>['axes'] = []
  for (const { path, text, range } of axes) {
    const field = fields.find(candidate => candidate.path === path)
    if (!field) return { refusal: 'there is no such field any more', path }
    if (kind === 'random' && range) {
      if (!(range.min <= range.max)) return { refusal: 'expected the least value first', path }
      if (range.scale === 'log' && range.min <= 0) return { refusal: 'expected a least value above 0 on a logarithmic scale', path }
      drawn.push({ path, ...range, integer: field.control.type === 'integer' })
      continue
    }
    const read = valuesOf(text, field.control)
    if ('refusal' in read) return { refusal: read.refusal, path }
    lists.push({ path, values: [...read.values] })
    drawn.push({ path, values: [...read.values] })
  }
  return kind === 'grid' ? { sweep: { kind, axes: lists }, runs: lists.reduce((product, { values }) => product * values.length, 1) } : { sweep: { kind, count, seed, axes: drawn }, runs: count }
}

/** Where a new axis begins: a list around the value there is, or bounds a factor of ten around it. */
export function newAxis({ path, control, value }: LaunchField): AxisDraft {
  const isNumber = control.type === 'number' || control.type === 'integer'
  const text = control.type === 'choice' ? control.choices.join(', ') : control.type === 'boolean' ? 'true, false' : typeof value === 'number' ? numbersAround(value, control.type === 'integer') : ''
  const range = isNumber && typeof value === 'number' && value > 0
    ? { min: control.type === 'integer' ? Math.max(1, Math.round(value / 2)) : value / 10, max: control.type === 'integer' ? value * 2 : value * 10, scale: control.type === 'integer' ? 'linear' as const : 'log' as const }
    : isNumber ? { min: 0, max: 1, scale: 'linear' as const } : null
  return { path, text, range }
}

function numbersAround(value: number, whole: boolean): string {
  if (value <= 0) return String(value)
  const values = whole ? [Math.max(1, Math.round(value / 2)), value, value * 2] : [value / 10, value, value * 10]
  return [...new Set(values.map(each => Number(each.toPrecision(6))))].join(', ')
}
