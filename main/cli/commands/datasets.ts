import { z } from 'zod'
import { DatasetNameSchema } from '../../../core/architecture/index.ts'
import type { ImportKind } from '../../contract/app/datasets.ts'
import { downloadDataset } from '../../services/datasets/download.ts'
import { importDataset, type ImportAnyOptions } from '../../services/datasets/kinds.ts'
import type { DatasetSummary } from '../../services/datasets/manifest.ts'
import type { RemoteName } from '../../services/datasets/sources.ts'
import { listDatasets } from '../../services/datasets/store.ts'
import { homePath, openHome } from '../../services/home.ts'
import { counted, grouped, shapeText } from '../format/numbers.ts'
import { shareLine } from '../format/progress.ts'
import { table } from '../format/table.ts'
import { Interrupted } from '../interrupt.ts'
import type { Context, Outcome } from '../run.ts'

const count = z.int().min(0)
const SetSchema = z.strictObject({
  name: DatasetNameSchema,
  /** Height, width, channels. */
  shape: z.tuple([count, count, count]),
  /** Names by number. */
  classes: z.array(z.string()),
  /** Numbers of images. */
  train: count,
  test: count,
  /** False for a built-in set that is made when it is first used. */
  stored: z.boolean(),
})
const ListSchema = z.strictObject({ datasets: z.array(SetSchema) })

export async function listSets({ home, notes }: Context): Promise<Outcome<typeof ListSchema>> {
  const found = await listDatasets(homePath({ home }), { log: message => notes.line(message) })
  const lines = table([
    { title: 'data set', cell: set => set.name },
    { title: 'shape', cell: set => shapeText(set.shape) },
    { title: 'classes', align: 'right', cell: set => grouped(set.classes.length) },
    { title: 'train', align: 'right', cell: set => grouped(set.train) },
    { title: 'test', align: 'right', cell: set => grouped(set.test) },
    { title: '', cell: set => (set.stored ? '' : 'built in, made at first use') },
  ], found)
  const text = [...lines, '', 'More: bitwright datasets download NAME, or bitwright datasets import KIND DIR --name NAME'].join('\n')
  return { schema: ListSchema, value: { datasets: found.map(plain) }, text }
}

export interface ImportOptions {
  readonly name: string
  readonly replace?: true
  readonly test?: number
  readonly classes?: number
  readonly testShare?: number
  readonly size?: readonly [height: number, width: number]
  readonly fit?: 'crop' | 'refuse'
  readonly channels?: 1 | 3
  readonly skipBroken?: true
}

/** An interrupt gives up the import; nothing of it stays. */
export async function importSet(context: Context, kind: ImportKind, paths: readonly string[], { name, ...options }: ImportOptions): Promise<Outcome<typeof SetSchema>> {
  const home = await openHome({ home: context.home })
  return interruptible(context, 'nothing of the data set was kept', shared => importDataset(home, kind, paths, name, { ...options, ...shared }, flagOf))
}

/** testShare: --test-share. */
function flagOf(option: string): string {
  return `--${option.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`
}

export interface DownloadOptions {
  readonly name?: string
  readonly extra?: true
  readonly from?: string
  readonly keep?: true
  readonly replace?: true
}

/** An interrupt stops the download; what has come of the files stays, and the same command goes on from there. */
export async function downloadSet(context: Context, known: RemoteName, options: DownloadOptions): Promise<Outcome<typeof SetSchema>> {
  const home = await openHome({ home: context.home })
  return interruptible(context, 'the same command goes on with what was downloaded', shared => downloadDataset(home, known, { ...options, ...shared }))
}

/** Shows how far an import is, and gives it up at an interrupt. */
async function interruptible({ notes, interrupts }: Context, kept: string, work: (options: Pick<ImportAnyOptions, 'signal' | 'log' | 'progress'>) => Promise<DatasetSummary>): Promise<Outcome<typeof SetSchema>> {
  const cancel = new AbortController()
  const progress = (what: string, done: number): void => notes.moving(columns => shareLine(what, done, columns))
  try {
    const set = await interrupts.during(() => cancel.abort(), () => work({ signal: cancel.signal, log: message => notes.line(message), progress }))
    const text = `data set ${set.name}: ${shapeText(set.shape)}, ${counted(set.classes.length, 'class', 'classes')}, ${grouped(set.train)} training and ${counted(set.test, 'test image')}`
    return { schema: SetSchema, value: plain(set), text }
  } catch (error) {
    if (cancel.signal.aborted) throw new Interrupted({ what: `interrupted; ${kept}`, cause: error })
    throw error
  }
}

function plain({ shape, classes, ...rest }: DatasetSummary): z.input<typeof SetSchema> {
  return { ...rest, shape: [...shape], classes: [...classes] }
}
