import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { stateLook } from '../states.ts'
import type { TableColumn, Value, ValueKind } from './columns.ts'

/** Whether a value is wanted. */
type Test = (value: Value) => boolean

const UNITS: Readonly<Record<string, number>> = { b: 1, kib: 1024, mib: 1024 ** 2, gib: 1024 ** 3, kb: 1e3, mb: 1e6, gb: 1e9, k: 1e3, m: 1e6, '%': 1, '': 1 }
const NUMBER = /^([+-]?(?:\d[\d,]*\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z%]*)$/i

/**
 * What a column must hold, as people type it: `adam` (contained, in any case), `= adam`, `!= adam`, `> 3`, `<= 4.5 %`, `2..5`, `= ` (nothing
 * there), `!= ` (something there). Shares are meant in percent, as they are shown; bytes may have a unit; times compare as 2026-11-25.
 * Undefined if it asks for nothing; a reason if it cannot be read.
 */
export function conditionOf(written: string, kind: ValueKind): Test | { readonly refusal: string } | undefined {
  const trimmed = written.trim()
  if (trimmed === '') return undefined
  const range = /^(\S.*?)\s*\.\.\s*(.*\S)$/.exec(trimmed)
  if (range && kind !== 'text') {
    const [low, high] = [operandOf(range[1] ?? '', kind), operandOf(range[2] ?? '', kind)]
    if (low === undefined || high === undefined) return { refusal: expected(kind) }
    return value => value !== null && compare(value, low) >= 0 && compare(value, high, kind) <= 0
  }
  const [, sign, rest = ''] = /^(<=|>=|!=|==|<|>|=)?\s*(.*)$/.exec(trimmed) ?? []
  if (sign === undefined) return kind === 'text' || kind === 'time' ? containing(rest) : numberTest('=', rest, kind)
  if (sign === '=' || sign === '==' || sign === '!=') {
    const wanted = sign !== '!='
    if (rest === '') return value => (value === null) === wanted
    if (kind === 'text') return value => (textOf(value) === rest.toLowerCase()) === wanted
  }
  return numberTest(sign, rest, kind)
}

/** All words must occur in what a person knows a run by: names, data, state, adapter, tags and notes. */
export function wordsTest(words: string): (run: RunSummary) => boolean {
  const wanted = words.toLowerCase().split(/\s+/).filter(word => word !== '')
  if (wanted.length === 0) return () => true
  return run => {
    const all = [run.name, run.id, run.project, run.preset ?? '', run.dataset, run.adapter, stateLook(run).word, run.notes, ...run.tags].join('\n').toLowerCase()
    return wanted.every(word => all.includes(word))
  }
}

export interface Filter {
  readonly words: string
  /** By ids of columns. */
  readonly conditions: ReadonlyMap<string, string>
}

/** The runs that pass, in their order. A condition that cannot be read lets everything pass; its field says so. */
export function filtered(runs: readonly RunSummary[], { words, conditions }: Filter, columns: ReadonlyMap<string, TableColumn>): readonly RunSummary[] {
  const tests = [...conditions].flatMap(([id, written]) => {
    const column = columns.get(id)
    if (!column) return []
    const test = conditionOf(written, column.kind)
    return typeof test === 'function' ? [(run: RunSummary): boolean => test(column.value(run))] : []
  })
  const matches = wordsTest(words)
  return runs.filter(run => matches(run) && tests.every(test => test(run)))
}

function containing(words: string): Test {
  const wanted = words.toLowerCase()
  return value => textOf(value).includes(wanted)
}

function numberTest(sign: string, written: string, kind: ValueKind): Test | { readonly refusal: string } {
  const wanted = operandOf(written, kind)
  if (wanted === undefined) return { refusal: expected(kind) }
  const holds = (order: number): boolean => {
    switch (sign) {
      case '<': return order < 0
      case '<=': return order <= 0
      case '>': return order > 0
      case '>=': return order >= 0
      case '!=': return order !== 0
      default: return order === 0
    }
  }
  return value => value !== null && holds(compare(value, wanted, kind))
}

function operandOf(written: string, kind: ValueKind): Value | undefined {
  if (kind === 'text') return written.toLowerCase()
  if (kind === 'time') return /^\d{4}(-\d{2}){0,2}([T ][\d:.]*)?Z?$/.test(written) ? written.replace(' ', 'T') : undefined
  const [, digits, unit = ''] = NUMBER.exec(written) ?? []
  const factor = UNITS[unit.toLowerCase()]
  if (digits === undefined || factor === undefined) return undefined
  const number = Number(digits.replaceAll(',', '')) * factor
  return kind === 'share' ? number / 100 : number
}

/** Numbers are held against each other as far as they are shown, so that `= 4.1` finds 4.10 %. A day is equal to any time of it. */
function compare(value: Value, wanted: Value, kind?: ValueKind): number {
  if (typeof value === 'number' && typeof wanted === 'number') {
    const near = kind === 'share' ? 5e-5 : Math.abs(wanted) * 1e-9
    return Math.abs(value - wanted) < near ? 0 : value - wanted
  }
  const [a, b] = [textOf(value), textOf(wanted)]
  const cut = kind === 'time' ? a.slice(0, b.length) : a
  return cut < b ? -1 : cut > b ? 1 : 0
}

function textOf(value: Value): string {
  return value === null ? '' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value).toLowerCase()
}

function expected(kind: ValueKind): string {
  if (kind === 'time') return 'expected a day such as > 2026-11-01'
  return kind === 'share' ? 'expected a number of percent such as < 4.5' : kind === 'bytes' ? 'expected a size such as < 64 KiB' : 'expected a number such as > 3'
}
