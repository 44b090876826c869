import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import type { TableColumn, Value } from './columns.ts'

export interface Sorting {
  readonly column: string
  readonly descending: boolean
}

/** How runs are put together: not at all, those that differ by their seed alone, or those that agree in a column (its id). */
export type Grouping = 'none' | 'repeats' | (string & {})

/** A column over several runs: numbers as mean and sample deviation, anything else as what all agree in. */
export type Summed =
  | { readonly type: 'numbers'; readonly mean: number; readonly deviation: number | null; readonly count: number }
  | { readonly type: 'same'; readonly value: Value }
  | { readonly type: 'various'; readonly count: number }

export interface RunRow {
  readonly type: 'run'
  readonly key: string
  readonly run: RunSummary
  /** In an opened group. */
  readonly inside: boolean
}

export interface GroupRow {
  readonly type: 'group'
  readonly key: string
  readonly runs: readonly RunSummary[]
  readonly open: boolean
}

export type TableRow = RunRow | GroupRow

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

/** Sorted by a column, equal ones in the order they came in. What has no value comes last, in both directions. */
export function sortedBy<T>(items: readonly T[], valueOf: (item: T) => Value, descending: boolean): T[] {
  const sign = descending ? -1 : 1
  return items
    .map((item, place) => ({ item, place, value: valueOf(item) }))
    .sort((a, b) => {
      if (a.value === null || b.value === null) return Number(a.value === null) - Number(b.value === null) || a.place - b.place
      return sign * compareValues(a.value, b.value) || a.place - b.place
    })
    .map(({ item }) => item)
}

function compareValues(a: Exclude<Value, null>, b: Exclude<Value, null>): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  // ISO times and words alike.
  return typeof a === 'string' && typeof b === 'string' ? collator.compare(a, b) : collator.compare(String(a), String(b))
}

/** The rows of the table: runs, or groups with the runs of those that are open. A group of one is just that run. */
export function rowsOf(runs: readonly RunSummary[], columns: ReadonlyMap<string, TableColumn>, { sorting, grouping, open }: { readonly sorting: Sorting; readonly grouping: Grouping; readonly open: ReadonlySet<string> }): readonly TableRow[] {
  const column = columns.get(sorting.column)
  const sort = (some: readonly RunSummary[]): readonly RunSummary[] => (column ? sortedBy(some, column.value, sorting.descending) : some)
  if (grouping === 'none') return sort(runs).map(run => ({ type: 'run', key: run.id, run, inside: false }))
  const groups = [...gathered(runs, run => groupKey(run, grouping, columns))]
  const sortedGroups = column ? sortedBy(groups, ([, members]) => valueOfGroup(members, column), sorting.descending) : groups
  return sortedGroups.flatMap(([key, members]): TableRow[] => {
    const [first] = members
    if (first && members.length === 1) return [{ type: 'run', key: first.id, run: first, inside: false }]
    const name = `group ${key}`
    const inner = open.has(name) ? sort(members).map((run): TableRow => ({ type: 'run', key: run.id, run, inside: true })) : []
    return [{ type: 'group', key: name, runs: members, open: open.has(name) }, ...inner]
  })
}

function gathered(runs: readonly RunSummary[], keyOf: (run: RunSummary) => string): ReadonlyMap<string, readonly RunSummary[]> {
  const groups = new Map<string, RunSummary[]>()
  for (const run of runs) {
    const key = keyOf(run)
    const members = groups.get(key)
    if (members) members.push(run)
    else groups.set(key, [run])
  }
  return groups
}

/** Repeats are runs of one network (as far as its name and size tell), data set and recipe, seeds aside. */
function groupKey(run: RunSummary, grouping: Grouping, columns: ReadonlyMap<string, TableColumn>): string {
  if (grouping !== 'repeats') return JSON.stringify(columns.get(grouping)?.value(run) ?? null)
  const told = Object.entries(run.parameters).filter(([path]) => path !== 'recipe.seed').sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([run.project, run.dataset, run.binaryParameters, run.packedBytes, told])
}

function valueOfGroup(runs: readonly RunSummary[], column: TableColumn): Value {
  const summed = summedOf(runs, column)
  if (summed.type === 'numbers') return summed.mean
  return summed.type === 'same' ? summed.value : (runs[0] && column.value(runs[0])) ?? null
}

/** A column over the runs of a group. Runs without a value do not count. */
export function summedOf(runs: readonly RunSummary[], column: TableColumn): Summed {
  const values = runs.map(column.value).filter(value => value !== null)
  const numbers = values.filter(value => typeof value === 'number')
  if (numbers.length > 0 && numbers.length === values.length) return { type: 'numbers', ...meanAndDeviation(numbers), count: numbers.length }
  const different = new Set(values)
  const [only = null] = different
  return different.size <= 1 ? { type: 'same', value: only } : { type: 'various', count: different.size }
}

/** The sample's deviation (n - 1); of a single number there is none. */
export function meanAndDeviation(numbers: readonly number[]): { readonly mean: number; readonly deviation: number | null } {
  const mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  if (numbers.length < 2) return { mean, deviation: null }
  return { mean, deviation: Math.sqrt(numbers.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (numbers.length - 1)) }
}
