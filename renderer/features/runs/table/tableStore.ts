import { defineStore } from 'pinia'
import { computed, ref, shallowRef, toRaw } from 'vue'
import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { usePreferences } from '../../../stores/preferences.ts'
import { useRuns } from '../../../stores/runs.ts'
import { columnsFor, INITIAL_COLUMNS, type TableColumn } from './columns.ts'
import { filtered } from './conditions.ts'
import { rowsOf, type Grouping, type Sorting } from './rows.ts'

export const LEAST_WIDTH = 48
export const MOST_WIDTH = 800
/** By how much a key changes the width of a column. */
export const WIDTH_STEP = 16
/** As many as a remembered list holds. */
const MOST_COLUMNS = 120

/** What the table of runs shows and what of it is chosen. Columns, their widths, the order and the groups are remembered; filters last until the page goes. */
export const useRunTable = defineStore('runTable', () => {
  const preferences = usePreferences()
  const store = useRuns()
  const words = ref('')
  const conditions = ref<ReadonlyMap<string, string>>(new Map())
  const openGroups = ref<ReadonlySet<string>>(new Set())
  const marked = shallowRef<ReadonlySet<string>>(new Set())

  // Summaries are replaced, never changed; without their proxies thousands are sorted many times as fast.
  const runs = computed<readonly RunSummary[]>(() => store.runs.map(run => toRaw(run)))
  const columns = computed(() => columnsFor(runs.value))
  const byId = computed<ReadonlyMap<string, TableColumn>>(() => new Map(columns.value.map(column => [column.id, column])))

  const shownIds = computed<readonly string[]>(() => {
    const remembered = preferences.layout['runColumns']
    return Array.isArray(remembered) ? remembered.filter(id => typeof id === 'string') : INITIAL_COLUMNS
  })
  /** In their order. A remembered column that no run has a value for any more is kept in mind but not shown. */
  const shown = computed(() => shownIds.value.flatMap(id => byId.value.get(id) ?? []))
  const widths = computed<ReadonlyMap<string, number>>(() => {
    const remembered = preferences.layout['runWidths']
    const pairs = Array.isArray(remembered) ? remembered : []
    return new Map(pairs.flatMap((id, at): [string, number][] => {
      const width = pairs[at + 1]
      return at % 2 === 0 && typeof id === 'string' && typeof width === 'number' ? [[id, clamped(width)]] : []
    }))
  })
  const sorting = computed<Sorting>(() => {
    const remembered = preferences.layout['runSorting']
    const [, direction, column] = (typeof remembered === 'string' && /^(up|down) (.+)$/.exec(remembered)) || []
    return column === undefined ? { column: 'created', descending: true } : { column, descending: direction === 'down' }
  })
  const grouping = computed<Grouping>(() => {
    const remembered = preferences.layout['runGrouping']
    return typeof remembered === 'string' && (remembered === 'repeats' || byId.value.has(remembered)) ? remembered : 'none'
  })

  const passing = computed(() => filtered(runs.value, { words: words.value, conditions: conditions.value }, byId.value))
  const rows = computed(() => rowsOf(passing.value, byId.value, { sorting: sorting.value, grouping: grouping.value, open: openGroups.value }))
  /** Those of the marked that are still there, filtered out or not. */
  const markedRuns = computed(() => runs.value.filter(run => marked.value.has(run.id)))

  function widthOf(column: TableColumn): number {
    return widths.value.get(column.id) ?? column.width
  }

  function setWidth(id: string, width: number): void {
    const all = new Map(widths.value).set(id, clamped(width))
    preferences.remember('runWidths', [...all].slice(-MOST_COLUMNS).flat())
  }

  function show(ids: readonly string[]): void {
    preferences.remember('runColumns', [...ids].slice(0, MOST_COLUMNS))
  }

  /** One place to the left or right, past columns that are not there just now. */
  function moveColumn(id: string, by: -1 | 1): void {
    const visible = shown.value.map(column => column.id)
    const other = visible[visible.indexOf(id) + by]
    if (other === undefined) return
    show(shownIds.value.map(own => (own === id ? other : own === other ? id : own)))
  }

  function sortBy(column: string, descending: boolean): void {
    preferences.remember('runSorting', `${descending ? 'down' : 'up'} ${column}`)
  }

  /** Upwards first, then the other way. */
  function toggleSorting(column: string): void {
    sortBy(column, sorting.value.column === column && !sorting.value.descending)
  }

  function groupBy(by: Grouping): void {
    preferences.remember('runGrouping', by)
  }

  function setCondition(id: string, written: string): void {
    const all = new Map(conditions.value)
    if (written.trim() === '') all.delete(id)
    else all.set(id, written)
    conditions.value = all
  }

  function toggleGroup(key: string, open = !openGroups.value.has(key)): void {
    const all = new Set(openGroups.value)
    if (open) all.add(key)
    else all.delete(key)
    openGroups.value = all
  }

  function mark(ids: readonly string[], on: boolean): void {
    const all = new Set(marked.value)
    for (const id of ids) if (on) all.add(id)
    else all.delete(id)
    marked.value = all
  }

  return { words, conditions, columns, byId, runs, shown, shownIds, sorting, grouping, rows, passing, marked, markedRuns, widthOf, setWidth, show, moveColumn, sortBy, toggleSorting, groupBy, setCondition, toggleGroup, mark }
})

function clamped(width: number): number {
  return Math.round(Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, width)))
}
