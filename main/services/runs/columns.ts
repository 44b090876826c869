import type { Columns } from '../../contract/app/runs.ts'

/** Records as a column each, in order; what a record lacks, or what is no number, is NaN. */
export function columnsOf(records: readonly Readonly<Record<string, unknown>>[]): Columns {
  const names = new Set(records.flatMap(record => Object.keys(record)))
  return Object.fromEntries([...names].map(name => [name, Float64Array.from(records, record => (typeof record[name] === 'number' ? record[name] : NaN))]))
}
