import { csvOfColumns } from '../../../core/analysis/csv.ts'
import { tensorboardEvents, type ScalarEvent } from '../../../core/formats/tensorboard.ts'
import { figuresOf, type EpochRecord } from '../../../core/training/position.ts'
import type { SeriesPoint } from '../../contract/engine.ts'
import { columnsOf, layerColumns } from '../runs/columns.ts'
import { readEvents } from '../runs/events.ts'
import type { LinesOptions } from '../runs/lines.ts'
import { readMetrics } from '../runs/metrics.ts'
import type { Run } from '../runs/open.ts'
import { readSeries } from '../runs/series.ts'

export const RUN_FORMATS = ['tensorboard', 'csv'] as const
export type RunFormat = (typeof RUN_FORMATS)[number]

export interface ExportedFile {
  /** Without a folder. */
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** A run's figures for other programs: TensorBoard's event file, or a table of its epochs and one of its steps. */
export async function exportRun(run: Run, format: RunFormat, options: LinesOptions = {}): Promise<ExportedFile[]> {
  const metrics = await readMetrics(run.directory, options)
  const series = await readSeries(run.directory, 0, options)
  if (format === 'csv') return [csvFile('epochs.csv', epochColumns(metrics)), ...(series.length > 0 ? [csvFile('steps.csv', columnsOf(series))] : [])]
  const begun = Date.parse(run.record.created) / 1000
  const times = await epochTimes(run.directory, options)
  const events = [...metrics.map(record => epochEvent(record, times.get(record.epoch) ?? timeAt(series, record.step) ?? begun)), ...series.map(stepEvent)]
  // TensorBoard takes steps that go back for a run that was begun anew.
  events.sort((a, b) => a.step - b.step || a.time - b.time)
  return [{ name: `events.out.tfevents.${Math.floor(begun)}.bitwright.${run.id}`, bytes: tensorboardEvents(begun, events) }]
}

function csvFile(name: string, columns: Readonly<Record<string, Float64Array>>): ExportedFile {
  return { name, bytes: new TextEncoder().encode(csvOfColumns(columns)) }
}

/** The figures of each epoch, then those of its layers: "dense1.flipRate". */
function epochColumns(metrics: readonly EpochRecord[]): Record<string, Float64Array> {
  const layers = Object.entries(layerColumns(metrics)).flatMap(([id, columns]) =>
    Object.entries(columns).filter(([name, values]) => name !== 'epoch' && values.some(value => !Number.isNaN(value))).map(([name, values]) => [`${id}.${name}`, values] as const))
  return { ...columnsOf(metrics.map(figuresOf)), ...Object.fromEntries(layers) }
}

/** When each epoch's checkpoint was written; if an epoch was made twice, the second time. */
async function epochTimes(directory: string, options: LinesOptions): Promise<ReadonlyMap<number, number>> {
  const times = new Map<number, number>()
  for (const event of await readEvents(directory, options)) {
    if (event.kind === 'checkpoint' && event.file === `epoch-${event.epoch}.safetensors`) times.set(event.epoch, Date.parse(event.time) / 1000)
  }
  return times
}

function timeAt(series: readonly SeriesPoint[], step: number): number | undefined {
  const point = series.findLast(candidate => candidate.step <= step)
  return point && point.time / 1000
}

function epochEvent({ step, layers = {}, ...record }: EpochRecord, time: number): ScalarEvent {
  const scalars: Record<string, number | undefined> = {
    'loss/train': record.trainLoss, 'loss/validation': record.validLoss, 'loss/test': record.testLoss,
    'error/train': record.trainError, 'error/validation': record.validError, 'error/test': record.testError,
    'top5 error/validation': record.validTop5Error, 'top5 error/test': record.testTop5Error,
    'epoch/number': record.epoch, 'epoch/learning rate': record.learningRate,
  }
  for (const [id, figures] of Object.entries(layers)) for (const [name, value] of Object.entries(figures)) scalars[`${name}/${id}`] = value
  return { time, step, scalars: present(scalars) }
}

function stepEvent({ step, time, loss, error, learningRate, imagesPerSecond, deviceWaitShare }: SeriesPoint): ScalarEvent {
  return { time: time / 1000, step, scalars: { 'steps/loss': loss, 'steps/error': error, 'steps/learning rate': learningRate, 'steps/images per second': imagesPerSecond, 'steps/device wait': deviceWaitShare } }
}

function present(scalars: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).flatMap(([tag, value]) => (value === undefined ? [] : [[tag, value]])))
}
