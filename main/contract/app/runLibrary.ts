import { z } from 'zod'
import { RunIdSchema } from '../engine.ts'
import { route } from '../route.ts'
import { RunSummarySchema } from './runs.ts'

/** Runs as things that people keep: named, tagged, thrown away and brought back. */

const time = z.iso.datetime()
const count = z.int().min(0)

export const MAX_NOTES = 20_000
/** Runs of one request. */
const MAX_RUNS = 10_000

const name = z.string().max(120).nullable()
const notes = z.string().max(MAX_NOTES)
const tags = z.array(z.string().max(40)).max(50)

export const RunNotesSchema = z.strictObject({
  /** What it is shown as; null: its project's name. Its folder and id stay. */
  name,
  notes,
  tags,
})
export type RunNotes = z.infer<typeof RunNotesSchema>

const runs = z.array(RunIdSchema).min(1).max(MAX_RUNS)

export const TrashedRunSchema = z.strictObject({ id: RunIdSchema, name: z.string(), trashed: time, bytes: count })
export type TrashedRun = z.infer<typeof TrashedRunSchema>

export const runLibraryRoutes = {
  /** What is left out stays as it is; a name of null or of blanks is the project's again. Also of a run under way. */
  'runs.annotate': route(z.strictObject({ run: RunIdSchema, name: name.optional(), notes: notes.optional(), tags: tags.optional() }), z.strictObject({ summary: RunSummarySchema })),
  /** Moves runs to <home>/trash/runs. Refused as a whole, before anything is moved, if one is under way, queued to go on, or not there. */
  'runs.trash': route(z.strictObject({ runs }), z.strictObject({})),
  /** Brings runs back from the trash, under their ids. */
  'runs.restore': route(z.strictObject({ runs }), z.strictObject({})),
  /** What is in the trash, the last thrown away first. */
  'runs.trashed': route(z.strictObject({}), z.strictObject({ runs: z.array(TrashedRunSchema) })),
  /** Deletes what is in the trash for good: these, or all. */
  'runs.emptyTrash': route(z.strictObject({ runs: runs.optional() }), z.strictObject({ removed: count, bytes: count })),
  /** Its figures for other programs: an event file for TensorBoard, or tables of its epochs and of its steps. Files are to be put into a folder of the run's own. */
  'runs.export': route(z.strictObject({ run: RunIdSchema, format: z.enum(['tensorboard', 'csv']) }), z.strictObject({ files: z.array(z.strictObject({ name: z.string(), bytes: z.instanceof(Uint8Array) })) })),
}

export const runLibraryEvents = {
  /** Runs that were annotated or brought back, and ids of those that are gone. */
  'runs.changed': z.strictObject({ changed: z.array(RunSummarySchema), gone: z.array(RunIdSchema) }),
}
