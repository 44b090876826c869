import { LayerFiguresSchema, type EpochRecord, type LayerFigures } from '../../../core/training/position.ts'
import type { Columns } from '../../contract/app/runs.ts'

/** Records as a column each, in order; what a record lacks, or what is no number, is NaN. */
export function columnsOf(records: readonly Readonly<Record<string, unknown>>[]): Columns {
  const names = new Set(records.flatMap(record => Object.keys(record)))
  return Object.fromEntries([...names].map(name => [name, Float64Array.from(records, record => (typeof record[name] === 'number' ? record[name] : NaN))]))
}

const LAYER_FIGURES = Object.keys(LayerFiguresSchema.shape) as (keyof LayerFigures)[]

/** Figures of every layer that has any, a column each beside `epoch`: all the same ones, so that no layer depends on what others have. */
export function layerColumns(records: readonly EpochRecord[]): Record<string, Columns> {
  const ids = new Set(records.flatMap(({ layers }) => Object.keys(layers ?? {})))
  return Object.fromEntries([...ids].map(id => [id, columnsOf(records.map(({ epoch, layers }) => ({ epoch, ...Object.fromEntries(LAYER_FIGURES.map(name => [name, layers?.[id]?.[name]])) })))]))
}
