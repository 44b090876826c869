import { csvText } from '../../../../core/analysis/csv.ts'
import { summedOf, type TableRow } from './rows.ts'
import { isNumeric, type TableColumn, type Value } from './columns.ts'

/** What the table shows, with whole numbers and full precision: a line a run, or, of groups, a line a group with mean and deviation. */
export function tableCsv(rows: readonly TableRow[], columns: readonly TableColumn[]): string {
  const grouped = rows.some(row => row.type === 'group')
  if (!grouped) return csvText(columns.map(({ id }) => id), rows.map(row => (row.type === 'run' ? columns.map(column => column.value(row.run)) : [])))
  const header = ['runs', ...columns.flatMap(({ id, kind }) => (isNumeric(kind) ? [id, `${id} deviation`] : [id]))]
  const outer = rows.filter(row => row.type === 'group' || !row.inside)
  return csvText(header, outer.map(row => {
    const runs = row.type === 'group' ? row.runs : [row.run]
    return [runs.length, ...columns.flatMap((column): Value[] => {
      const summed = summedOf(runs, column)
      if (!isNumeric(column.kind)) return [summed.type === 'same' ? summed.value : summed.type === 'various' ? `${summed.count} different` : summed.mean]
      return summed.type === 'numbers' ? [summed.mean, summed.deviation] : [null, null]
    })]
  }))
}
