import { join } from 'node:path'
import { EpochRecordSchema, type EpochFigures, type EpochRecord } from '../../../core/training/position.ts'
import { LineWriter, readLines, type LinesOptions } from './lines.ts'
import { RUN_FILES } from './record.ts'

/** Figures of a run's epochs, in order; none before the first has ended. */
export async function readMetrics(directory: string, options: LinesOptions = {}): Promise<EpochRecord[]> {
  return (await readLines(join(directory, RUN_FILES.metrics), EpochRecordSchema, options)).map(({ value }) => value)
}

/**
 * Opens metrics.jsonl to append the epochs after `epochs`, the number that the checkpoint has finished: lines of later ones are cut, so
 * that the file ends with the same bytes as that of a run which was never interrupted. An epoch's line is written before its
 * checkpoint, so none is missing, unless somebody edited the file: then `log` is told, and `last` fills the end.
 * `first`: epochs that the run had behind it when it began, as a fork has.
 */
export async function openMetrics(directory: string, epochs: number, last: EpochFigures | null, { first = 0, ...options }: LinesOptions & { readonly first?: number | undefined } = {}): Promise<LineWriter> {
  const path = join(directory, RUN_FILES.metrics)
  const lines = await readLines(path, EpochRecordSchema, options)
  const kept = lines.filter(({ value }) => value.epoch <= epochs)
  const writer = await LineWriter.open(path, kept.at(-1)?.end ?? 0)
  const finalEpoch = kept.at(-1)?.value.epoch ?? first
  if (finalEpoch < epochs) options.log?.(`${path} lacks epochs ${finalEpoch + 1} to ${epochs}, which the checkpoint has finished`)
  if (last?.epoch === epochs && finalEpoch < epochs) await writer.append([last])
  return writer
}
