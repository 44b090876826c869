import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { DatasetNameSchema } from '../../../core/architecture/project.ts'
import { adapterName } from '../../../core/gpu/device.ts'
import { FaultSchema, LaunchSchema, RunIdSchema, RunStateSchema } from '../../contract/engine.ts'
import { readJson, writeAtomic } from '../files.ts'

/** Files of a run's folder (design.md section 5). */
export const RUN_FILES = {
  record: 'run.json',
  project: 'project.json',
  metrics: 'metrics.jsonl',
  events: 'events.jsonl',
  steps: 'steps.jsonl',
  checkpoints: 'checkpoints',
  bits: 'bits',
  lock: 'lock',
} as const

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal characters')

/** run.json: what a run is and how it stands. Everything else about it is in the files beside it. */
export const RunRecordSchema = z.strictObject({
  version: z.literal(1),
  id: RunIdSchema,
  created: z.iso.datetime(),
  /** Earlier versions kept it as Dawn tells it. */
  adapter: z.string().transform(adapterName),
  driver: z.string(),
  dataset: z.strictObject({
    name: DatasetNameSchema,
    /** Of its tensors, names of classes and shape: a run goes on with the same images or not at all. */
    sha256,
    classes: z.array(z.string()).min(1),
  }),
  /** Training images used, counted from the first; all if absent. */
  limitTrain: z.int().min(1).optional(),
  state: RunStateSchema,
  /** The version that began it. */
  bitwright: z.string(),
  /** Why it failed. */
  fault: FaultSchema.optional(),
  /** Of the engine, while it runs. */
  pid: z.int().min(1).optional(),
  /** When it finished, was stopped or failed. */
  ended: z.iso.datetime().optional(),
  /** What it began from, if not anew. */
  parent: z.strictObject({ run: RunIdSchema, checkpoint: z.string(), step: z.int().min(0), epoch: z.int().min(0) }).optional(),
  /** Epochs in all, where that was changed while it was under way. */
  epochs: z.int().min(1).optional(),
  /** Of a run out of the queue. */
  launch: LaunchSchema.optional(),
})
export type RunRecord = z.infer<typeof RunRecordSchema>

const RECORD_LIMIT = 32 * 2 ** 20

export function readRecord(directory: string): Promise<RunRecord> {
  return readJson(join(directory, RUN_FILES.record), RunRecordSchema, { limit: RECORD_LIMIT })
}

export async function writeRecord(directory: string, record: RunRecord): Promise<void> {
  await writeAtomic(join(directory, RUN_FILES.record), jsonFile(record))
}

/** JSON as people read and compare it: two blanks, a line end at the end. */
export function jsonFile(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`
}

const PackageSchema = z.object({ name: z.literal('bitwright'), version: z.string() })

/** This installation's version, from its package.json, which lies some folders up, how many depends on how it was built; "unknown" where there is none. */
export function bitwrightVersion(): string {
  for (const up of ['../../../', '../../', '../']) {
    try {
      return PackageSchema.parse(JSON.parse(readFileSync(new URL(`${up}package.json`, import.meta.url), 'utf8'))).version
    } catch {
      // Another package's, or none.
    }
  }
  return 'unknown'
}
