import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { RunSummarySchema, type RunSummary } from '../../contract/app/runs.ts'
import { exportRun, type RunFormat } from '../../services/exports/run.ts'
import { diskTrouble, writeAtomic } from '../../services/files.ts'
import { homePath } from '../../services/home.ts'
import { listRuns, openRun, summariseRun } from '../../services/runs/index.ts'
import { restoreRuns, trashRuns } from '../../services/runs/trash.ts'
import { bytesText, counted, grouped, percent } from '../format/numbers.ts'
import { facts, table } from '../format/table.ts'
import type { Context, Outcome } from '../run.ts'

const ListSchema = z.strictObject({ runs: z.array(RunSummarySchema) })

export async function listAllRuns({ home: given, notes }: Context): Promise<Outcome<typeof ListSchema>> {
  const home = homePath({ home: given })
  const runs = (await listRuns(home, { log: message => notes.line(message) })).reverse()
  const lines = table([
    { title: 'run', cell: run => run.id },
    { title: 'name', cell: run => (run.name === run.project ? '' : run.name) },
    { title: 'state', cell: stateText },
    { title: 'epochs', align: 'right', cell: epochsText },
    { title: 'valid error', align: 'right', cell: run => percent(run.best?.validError) },
    { title: 'test error', align: 'right', cell: run => percent(run.best?.testError) },
    { title: 'packed', align: 'right', cell: run => bytesText(run.packedBytes) },
    { title: 'data set', cell: run => run.dataset },
    { title: 'tags', cell: run => run.tags.join(', ') },
  ], runs)
  const text = runs.length === 0 ? `there are no runs in ${home}; train one: bitwright train PRESET-or-FILE` : [...lines, '', 'Errors are those of the best epoch. One in full: bitwright runs show RUN'].join('\n')
  return { schema: ListSchema, value: { runs }, text }
}

export async function showRun({ home, notes }: Context, name: string): Promise<Outcome<typeof RunSummarySchema>> {
  const run = await openRun(homePath({ home }), name)
  const value = await summariseRun(run, { log: message => notes.line(message) })
  return { schema: RunSummarySchema, value, text: summaryText(value) }
}

function summaryText(run: RunSummary): string {
  const { best } = run
  const lines = facts([
    ['run', run.id],
    run.name === run.project ? undefined : ['name', run.name],
    ['project', run.project],
    ['state', `${stateText(run)}, ${epochsText(run)} epochs`],
    run.recovery === null ? undefined : ['what happened', run.recovery],
    run.fault === null ? undefined : ['why', run.fault.what],
    best === null ? undefined : [`best, epoch ${grouped(best.epoch)}`, `train error ${percent(best.trainError)}, valid error ${percent(best.validError)}, test error ${percent(best.testError)}`],
    ['data set', run.dataset],
    ['size', `${grouped(run.binaryParameters)} binary weights, ${bytesText(run.packedBytes)} packed`],
    ['adapter', run.adapter],
    ['begun', run.created],
    run.finished === null ? undefined : ['ended', run.finished],
    run.parent === null ? undefined : ['began from', run.parent],
    run.tags.length === 0 ? undefined : ['tags', run.tags.join(', ')],
    ['folder', run.directory],
  ])
  const parameters = table([{ title: 'setting', cell: ([path]) => path }, { title: 'value', cell: ([, value]) => String(value) }], Object.entries(run.parameters))
  return [...lines, ...(run.notes === '' ? [] : ['', ...run.notes.split('\n')]), '', ...parameters].join('\n')
}

const ExportSchema = z.strictObject({ path: z.string(), files: z.array(z.string()), bytes: z.int() })

/** Every run gets a folder of its own within `out`, as TensorBoard wants it. */
export async function exportRuns({ home, notes }: Context, names: readonly string[], { format, out }: { readonly format: RunFormat; readonly out: string }): Promise<Outcome<typeof ExportSchema>> {
  const runs = await Promise.all(names.map(name => openRun(homePath({ home }), name)))
  const path = resolve(out)
  const files: string[] = []
  let bytes = 0
  for (const run of runs) {
    const folder = join(path, run.id)
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw diskTrouble(error, folder)
    })
    for (const file of await exportRun(run, format, { log: message => notes.line(message) })) {
      await writeAtomic(join(folder, file.name), file.bytes)
      files.push(join(run.id, file.name))
      bytes += file.bytes.length
    }
  }
  const hint = format === 'tensorboard' ? [`look at it: tensorboard --logdir ${path}`] : []
  return { schema: ExportSchema, value: { path, files, bytes }, text: [`${counted(files.length, 'file')}, ${bytesText(bytes)}, in ${path}`, ...files.map(file => `  ${file}`), ...hint].join('\n') }
}

const MovedSchema = z.strictObject({ runs: z.array(z.string()) })

export async function moveToTrash({ home: given }: Context, names: readonly string[]): Promise<Outcome<typeof MovedSchema>> {
  const home = homePath({ home: given })
  const ids = await Promise.all(names.map(async name => (await openRun(home, name)).id))
  await trashRuns(home, ids)
  return { schema: MovedSchema, value: { runs: ids }, text: [`${counted(ids.length, 'run')} moved to ${join(home, 'trash', 'runs')}`, ...ids.map(id => `bring it back: bitwright runs restore ${id}`)].join('\n') }
}

export async function bringBack({ home }: Context, ids: readonly string[]): Promise<Outcome<typeof MovedSchema>> {
  await restoreRuns(homePath({ home }), ids)
  return { schema: MovedSchema, value: { runs: [...ids] }, text: `${counted(ids.length, 'run')} brought back` }
}

function stateText({ state, interrupted }: RunSummary): string {
  return interrupted ? 'interrupted' : state
}

function epochsText({ epochs, epochsWanted }: RunSummary): string {
  return `${grouped(epochs)}/${grouped(epochsWanted)}`
}
