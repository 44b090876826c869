import { randomBytes } from 'node:crypto'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ProjectSchema } from '../../../core/architecture/project.ts'
import { setFields } from '../../../core/architecture/setField.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { EntryIdSchema, EntryStateSchema, isEnded, MAX_ENTRIES, OriginSchema, type QueueEntry, type QueueState } from '../../contract/app/queue.ts'
import { FaultSchema, RunIdSchema } from '../../contract/engine.ts'
import { codeOf, readJson, writeAtomic } from '../files.ts'
import { jsonFile } from '../runs/record.ts'
import type { Planned } from './request.ts'

const QUEUE_FILE = 'queue.json'
/** Projects have up to 8 MiB, but not many of them. */
const LIMIT = 256 * 2 ** 20
/** Ended entries that are still listed. */
const ENDED_KEPT = 200

const StoredEntrySchema = z.strictObject({
  id: EntryIdSchema,
  batch: EntryIdSchema,
  set: z.array(z.string()),
  state: EntryStateSchema,
  run: RunIdSchema.nullable(),
  added: z.iso.datetime(),
  fault: FaultSchema.nullable(),
  /** Files of earlier versions say whether. */
  resumed: z.union([z.int().min(0), z.boolean()]).transform(Number),
  /** Ends of its engine in a row that found it no further than at the checkpoint of `step`. */
  stalled: z.strictObject({ step: z.int().min(0), times: z.int().min(0) }).default({ step: 0, times: 0 }),
})
export type StoredEntry = z.infer<typeof StoredEntrySchema>

/** What the entries of one request share. */
const BatchSchema = z.strictObject({
  id: EntryIdSchema,
  several: z.boolean(),
  name: z.string().nullable(),
  project: ProjectSchema,
  limitTrain: z.int().min(1).nullable(),
  /** Of a fork; the project is then as its run will have it but for what is set, which the engine makes of the parent's again. */
  parent: OriginSchema.optional(),
  /** Goes on with a run that there is; the project is that run's. */
  resumes: z.literal(true).optional(),
})
export type Batch = z.infer<typeof BatchSchema>

const QueueFileSchema = z
  .strictObject({ version: z.literal(1), held: z.boolean(), batches: z.array(BatchSchema), entries: z.array(StoredEntrySchema).max(3 * MAX_ENTRIES) })
  .refine(({ batches, entries }) => entries.every(entry => batches.some(({ id }) => id === entry.batch)), 'expected what every entry belongs to')
export type QueueContents = z.infer<typeof QueueFileSchema>

export const EMPTY: QueueContents = { version: 1, held: false, batches: [], entries: [] }

/** <home>/queue.json. Whoever holds the home passes `warn`: one that cannot be used is then set aside, under another name, and said so. */
export async function readQueue(home: string, warn?: (message: string) => void): Promise<QueueContents> {
  const path = join(home, QUEUE_FILE)
  try {
    return await readJson(path, QueueFileSchema, { limit: LIMIT })
  } catch (error) {
    if (!(error instanceof BitwrightError)) throw error
    if (codeOf(error.cause) === 'ENOENT') return EMPTY
    if (warn === undefined) return EMPTY
    const aside = `${path}.damaged`
    const moved = await rename(path, aside).then(() => `is now ${aside}`, () => 'could not be moved')
    warn(`the queue begins anew; the file that held it ${moved}: ${error.message}`)
    return EMPTY
  }
}

/** The queue with what a request has planned at its end, and the ids of that. Throws if it would be too long. */
export function appended(contents: QueueContents, { project, limitTrain, parent, resumes, sets }: Planned, name: string | undefined): { readonly contents: QueueContents; readonly added: readonly string[] } {
  const open = contents.entries.filter(entry => !isEnded(entry)).length
  if (resumes !== undefined && contents.entries.some(entry => entry.run === resumes && !isEnded(entry))) throw new BitwrightError({ what: `run ${resumes} is queued already`, where: 'the queue', remedy: 'wait for its turn, or move it up' })
  if (open + sets.length > MAX_ENTRIES) throw new BitwrightError({ what: `the queue takes at most ${MAX_ENTRIES} runs; ${open} wait, ${sets.length} more were asked for`, where: 'the queue', remedy: 'wait until some have ended, or ask for fewer' })
  const batch: Batch = { id: newId(), several: sets.length > 1, name: name ?? null, project, limitTrain: limitTrain ?? null, ...(parent && { parent }), ...(resumes !== undefined && { resumes: true }) }
  const entries = sets.map((set): StoredEntry => ({ id: newId(), batch: batch.id, set: [...set], state: 'waiting', run: resumes ?? null, added: new Date().toISOString(), fault: null, resumed: 0, stalled: { step: 0, times: 0 } }))
  return { contents: { ...contents, batches: [...contents.batches, batch], entries: [...contents.entries, ...entries] }, added: entries.map(({ id }) => id) }
}

function newId(): string {
  return randomBytes(8).toString('hex')
}

/** Writes it without what is of no use any more: ended entries beyond the newest, and batches without entries. */
export async function writeQueue(home: string, contents: QueueContents): Promise<QueueContents> {
  const ended = contents.entries.filter(isEnded)
  const dropped = new Set(ended.slice(0, Math.max(0, ended.length - ENDED_KEPT)))
  const entries = contents.entries.filter(entry => !dropped.has(entry))
  const batches = contents.batches.filter(({ id }) => entries.some(({ batch }) => batch === id))
  const kept = { ...contents, batches, entries }
  await writeAtomic(join(home, QUEUE_FILE), jsonFile(kept))
  return kept
}

export function batchOf({ batches }: QueueContents, { batch }: StoredEntry): Batch {
  return batches.find(({ id }) => id === batch) as Batch
}

/** To apply what is set takes a while for hundreds of entries; an entry that has changed is another object. */
const described = new WeakMap<StoredEntry, QueueEntry>()

/** An entry as the contract has it. */
export function entryOf(contents: QueueContents, entry: StoredEntry): QueueEntry {
  const known = described.get(entry)
  if (known) return known
  const made = describe(contents, entry)
  described.set(entry, made)
  return made
}

function describe(contents: QueueContents, entry: StoredEntry): QueueEntry {
  const batch = batchOf(contents, entry)
  const { recipe } = setFields(batch.project, entry.set)
  const { id, set, state, run, added, fault, resumed } = entry
  return {
    id, set, state, run, added, fault, resumed,
    group: batch.several ? batch.id : null,
    name: batch.name ?? batch.project.name,
    project: batch.project.name,
    parent: batch.parent ?? null,
    dataset: batch.project.dataset,
    limitTrain: batch.limitTrain,
    seed: recipe.seed,
    epochs: recipe.epochs,
  }
}

export function stateOf(contents: QueueContents, blocked: string | null): QueueState {
  return { held: contents.held, blocked, entries: contents.entries.map(entry => entryOf(contents, entry)) }
}
