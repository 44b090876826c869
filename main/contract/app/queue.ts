import { z } from 'zod'
import { DatasetNameSchema, ProjectSchema } from '../../../core/architecture/project.ts'
import { CheckpointFileSchema, FaultSchema, RunIdSchema } from '../engine.ts'
import { route } from '../route.ts'

/** Runs that wait for their turn: single ones, repeats and sweeps. They are trained one after the other, and the queue outlives the app. */

const count = z.int().min(0)
const time = z.iso.datetime()

/** Entries of one request, and of the whole queue. */
export const MAX_ENTRIES = 1000

const path = z.string().min(1).max(256)
/** What runs are to be called. */
const name = z.string().trim().min(1).max(80).optional()
/** Text is read as `--set` reads it: as JSON, or else as it stands. */
const value = z.union([z.string().max(256), z.number(), z.boolean()])

/** A field, such as "recipe.learningRate.start" or "nodes.dense1.units", and the values it takes. */
const ListAxisSchema = z.strictObject({ path, values: z.array(value).min(1).max(MAX_ENTRIES) })
/** Drawn evenly between the two, or evenly by their logarithm; `integer`: whole numbers, both ends included. */
const RangeAxisSchema = z
  .strictObject({ path, min: z.number(), max: z.number(), scale: z.enum(['linear', 'log']), integer: z.boolean().default(false) })
  .refine(({ min, max }) => min <= max, 'expected min not above max')
  .refine(({ min, scale }) => scale === 'linear' || min > 0, 'expected a min above 0 on a logarithmic scale')

const axes = <A extends z.ZodType<{ path: string }>>(axis: A) => z.array(axis).min(1).max(16).refine(all => new Set(all.map(({ path: name }) => name)).size === all.length, 'expected every field once')

export const SweepSchema = z.discriminatedUnion('kind', [
  /** Every combination; the last axis changes fastest. */
  z.strictObject({ kind: z.literal('grid'), axes: axes(ListAxisSchema) }),
  /** `count` combinations by chance; the same seed draws the same ones. */
  z.strictObject({ kind: z.literal('random'), count: z.int().min(1).max(MAX_ENTRIES), seed: count, axes: axes(z.union([ListAxisSchema, RangeAxisSchema])) }),
])
export type Sweep = z.infer<typeof SweepSchema>

/** A checkpoint of another run, at which a fork begins. */
export const OriginSchema = z.strictObject({ run: RunIdSchema, checkpoint: CheckpointFileSchema })

export const EntryIdSchema = z.string().regex(/^[0-9a-f]{16}$/, 'expected the id of an entry of the queue')

/** `failed`: it could not begin or go on, its loss became unsound, or its engine ended time after time at the same place. `stopped`: by a person. */
export const EntryStateSchema = z.enum(['waiting', 'running', 'finished', 'stopped', 'failed'])

export function isEnded({ state }: { readonly state: z.infer<typeof EntryStateSchema> }): boolean {
  return state !== 'waiting' && state !== 'running'
}

export const QueueEntrySchema = z.strictObject({
  id: EntryIdSchema,
  /** Shared by the entries of one sweep or of its repeats; null for a single one. */
  group: z.string().nullable(),
  /** As it was asked for, else the project's. */
  name: z.string(),
  project: z.string(),
  /** Where it begins, if it is a fork. */
  parent: OriginSchema.nullable(),
  dataset: z.string(),
  limitTrain: z.int().nullable(),
  /** What was set for this entry beyond what all of its group have. */
  set: z.array(z.string()),
  seed: count,
  epochs: count,
  state: EntryStateSchema,
  /** Its run, from before the run's folder is there; of one that waits, the run that it goes on with. */
  run: RunIdSchema.nullable(),
  added: time,
  /** Why it failed. */
  fault: FaultSchema.nullable(),
  /** Times that it went on after its engine had ended, or the device was lost. */
  resumed: count,
})
export type QueueEntry = z.infer<typeof QueueEntrySchema>

export const QueueStateSchema = z.strictObject({
  /** Nothing further begins until it is released; what is under way goes on. */
  held: z.boolean(),
  /** Why nothing begins though something waits; null if nothing is in the way, or only the run before. */
  blocked: z.string().nullable(),
  /** In the order in which they begin; those that have ended stay, the newest 200, until they are removed. */
  entries: z.array(QueueEntrySchema),
})
export type QueueState = z.infer<typeof QueueStateSchema>

const entries = z.array(EntryIdSchema).min(1).max(2 * MAX_ENTRIES)

export const queueRoutes = {
  /**
   * Queues a project as `runs.start` takes it: once, or `repeats` times with its seed, the next one and so on, for every combination of a
   * sweep. All combinations are checked first (fields, shapes, the data set's split, memory where the engine can say); if one
   * is wrong, nothing is queued and the fault names it.
   */
  'queue.add': route(
    z.strictObject({
      project: ProjectSchema,
      dataset: DatasetNameSchema.optional(),
      limitTrain: z.int().min(1).optional(),
      set: z.array(z.string().max(512)).max(100).default([]),
      repeats: z.int().min(1).max(100).default(1),
      sweep: SweepSchema.optional(),
      name,
    }),
    z.strictObject({ entries: z.array(QueueEntrySchema) }),
  ),
  /**
   * Queues a fork as `runs.fork` begins one. What is wrong with it is refused now. Its checkpoint stays until then, as a file step-N of the
   * run, whatever becomes of best, last or the epochs' files; should the run be gone when its turn comes, the entry fails and says so.
   */
  'queue.fork': route(OriginSchema.extend({ set: z.array(z.string().max(512)).max(100).default([]), name }), z.strictObject({ entries: z.array(QueueEntrySchema) })),
  /** Queues a run that ended early, to go on from its last checkpoint as `runs.resume` does. Refused if it is queued already, or under way. */
  'queue.resume': route(z.strictObject({ run: RunIdSchema }), z.strictObject({ entries: z.array(QueueEntrySchema) })),
  'queue.list': route(z.strictObject({}), QueueStateSchema),
  /** Takes entries out; refused as a whole if one is running. Runs stay. */
  'queue.remove': route(z.strictObject({ entries }), z.strictObject({})),
  /** Puts a waiting entry before another waiting one, or at the end. */
  'queue.move': route(z.strictObject({ entry: EntryIdSchema, before: EntryIdSchema.nullable() }), z.strictObject({})),
  'queue.hold': route(z.strictObject({}), z.strictObject({})),
  'queue.release': route(z.strictObject({}), z.strictObject({})),
}

export const queueEvents = {
  'queue.changed': QueueStateSchema,
}
