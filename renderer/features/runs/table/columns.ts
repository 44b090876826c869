import { percent, significant } from '../../../../core/architecture/figures.ts'
import { bytesText, grouped } from '../../../../core/architecture/wording.ts'
import { recipeHelp } from '../../../../core/architecture/recipeHelp.ts'
import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { fullLabel } from '../compare/settings.ts'
import { stateLook } from '../states.ts'
import { timeText } from '../../../ui/wording.ts'

/** A cell's value: null where a run has none. Times are ISO texts, shares are fractions of 1. */
export type Value = string | number | boolean | null

/** `share` is shown in percent; `bytes` with a unit; `time` in words. */
export type ValueKind = 'text' | 'number' | 'share' | 'bytes' | 'time'

/** Whether its values are numbers, which stand at the right and are compared by size. */
export function isNumeric(kind: ValueKind): boolean {
  return kind === 'number' || kind === 'share' || kind === 'bytes'
}

export interface TableColumn {
  readonly id: string
  readonly title: string
  /** Under which it stands in the list of columns. */
  readonly section: 'Run' | 'Best epoch' | 'Last epoch' | 'Network' | 'Recipe'
  readonly kind: ValueKind
  /** In pixels, until somebody draws it wider. */
  readonly width: number
  readonly value: (run: RunSummary) => Value
}

/** What a new home shows. */
export const INITIAL_COLUMNS: readonly string[] = ['name', 'state', 'epochs', 'best.validError', 'best.testError', 'packedBytes', 'created', 'tags']

const text = (id: string, title: string, width: number, value: TableColumn['value']): TableColumn => ({ id, title, section: 'Run', kind: 'text', width, value })

const ownColumns: readonly TableColumn[] = [
  text('name', 'Name', 200, run => run.name),
  text('state', 'State', 108, run => stateLook(run).word),
  text('project', 'Project', 150, run => run.project),
  text('preset', 'Preset', 150, run => run.preset),
  text('dataset', 'Data set', 110, run => run.dataset),
  text('adapter', 'Adapter', 150, run => run.adapter),
  { ...text('created', 'Started', 112, run => run.created), kind: 'time' },
  { ...text('finished', 'Ended', 112, run => run.finished), kind: 'time' },
  { ...text('epochs', 'Epochs', 76, run => run.epochs), kind: 'number' },
  { ...text('epochsWanted', 'Epochs wanted', 76, run => run.epochsWanted), kind: 'number' },
  text('tags', 'Tags', 130, run => (run.tags.length === 0 ? null : run.tags.join(', '))),
  text('notes', 'Notes', 200, run => run.notes || null),
  text('group', 'Started together', 130, run => run.group),
  text('parent', 'Forked from', 150, run => run.parent),
  text('id', 'Folder', 200, run => run.id),
  { id: 'binaryParameters', title: 'Binary weights', section: 'Network', kind: 'number', width: 104, value: run => run.binaryParameters },
  { id: 'packedBytes', title: 'Packed', section: 'Network', kind: 'bytes', width: 86, value: run => run.packedBytes },
]

type EpochField = keyof NonNullable<RunSummary['best']>
const epochFields: readonly (readonly [EpochField, string, ValueKind])[] = [
  ['epoch', 'epoch', 'number'], ['step', 'step', 'number'], ['learningRate', 'rate', 'number'],
  ['trainError', 'train error', 'share'], ['validError', 'validation error', 'share'], ['testError', 'test error', 'share'],
  ['validTop5Error', 'validation top-5 error', 'share'], ['testTop5Error', 'test top-5 error', 'share'],
  ['trainLoss', 'train loss', 'number'], ['validLoss', 'validation loss', 'number'], ['testLoss', 'test loss', 'number'],
]

const epochColumns = (['best', 'last'] as const).flatMap(which => epochFields.map(([field, title, kind]): TableColumn => ({
  id: `${which}.${field}`,
  title: which === 'best' ? `Best ${title}` : `Last ${title}`,
  section: which === 'best' ? 'Best epoch' : 'Last epoch',
  kind,
  width: 34 + 7 * (title.length + 5),
  value: run => {
    const value = run[which]?.[field]
    return typeof value === 'number' ? value : null
  },
})))

/** Every column there can be for these runs: what all have, then each field of any one's recipe. */
export function columnsFor(runs: readonly RunSummary[]): readonly TableColumn[] {
  const parameters = new Set(runs.flatMap(run => Object.keys(run.parameters)))
  return [...ownColumns, ...epochColumns, ...[...parameters].map(path => parameterColumn(path, runs))]
}

function parameterColumn(path: string, runs: readonly RunSummary[]): TableColumn {
  const value: TableColumn['value'] = run => run.parameters[path] ?? null
  const numeric = runs.every(run => run.parameters[path] === undefined || typeof run.parameters[path] === 'number')
  const title = parameterTitle(path)
  return { id: path, title, section: 'Recipe', kind: numeric ? 'number' : 'text', width: Math.max(90, 44 + 7 * title.length), value }
}

/** The label of the recipe's form, where it has one. */
function parameterTitle(path: string): string {
  const known = path.replace(/^recipe\./, '')
  const label = recipeHelp[known]?.label
  return label === undefined ? known : fullLabel(known, label)
}

/** A value as it is shown. */
export function valueText(value: Value, kind: ValueKind, now: Date): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return kind === 'time' ? timeText(value, now) : value
  if (kind === 'share') return percent(value)
  if (kind === 'bytes') return bytesText(Math.round(value))
  // Zeros at the end would only say how many digits are shown: a rate of 0.02 is written so.
  return Number.isInteger(value) ? grouped(value) : significant(value).replace(/(\.\d*?)0+(?=$|e)/, '$1').replace(/\.(?=$|e)/, '')
}
