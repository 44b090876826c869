import { z } from 'zod'
import { DatasetNameSchema, ProjectSchema } from '../../../core/architecture/project.ts'
import { EpochFiguresSchema } from '../../../core/training/position.ts'
import { ArithmeticSchema, CheckpointFileSchema, ChangedSchema, ChangeSchema, ControlSchema, EstimateSchema, EvalResultSchema, FaultSchema, PredictionsSchema, RunIdSchema, RunStateSchema, SplitSchema, engineEvents, isUnderWayState } from '../engine.ts'
import { route } from '../route.ts'

/** Runs: begun, steered, read. The engine trains one at a time. */

const count = z.int().min(0)
const time = z.iso.datetime()
const column = z.instanceof(Float64Array)

type Parameters = Record<string, string | number | boolean>

/** Checked at one go: in a list of thousands of runs these are most of what there is to check. */
const ParametersSchema = z.custom<Parameters>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(field => ['string', 'number', 'boolean'].includes(typeof field)),
  'expected texts, numbers and booleans by name',
)

export const RunSummarySchema = z.strictObject({
  id: RunIdSchema,
  directory: z.string(),
  created: time,
  state: RunStateSchema,
  /** It was under way when its engine ended without a word; `state` is then `stopped`, and `runs.resume` goes on from its last checkpoint. */
  interrupted: z.boolean(),
  /** What happened to a run that neither finished nor was stopped by a person, and where it would go on; else null. */
  recovery: z.string().nullable(),
  /** Why it failed. */
  fault: FaultSchema.nullable(),
  /** Names of its project and data set. */
  project: z.string(),
  dataset: z.string(),
  adapter: z.string(),
  /** Finished epochs, of so many. */
  epochs: count,
  epochsWanted: count,
  best: EpochFiguresSchema.nullable(),
  last: EpochFiguresSchema.nullable(),
  /** When it finished, was stopped or failed; null while it may still be told of. */
  finished: time.nullable(),
  /** What people call it; the project's name unless they chose another. */
  name: z.string(),
  tags: z.array(z.string()),
  notes: z.string(),
  /** What it shares with the other runs of its sweep or its repeats. */
  group: z.string().nullable(),
  /** The run whose checkpoint it began from. */
  parent: RunIdSchema.nullable(),
  /** The preset that its project goes by the name of. */
  preset: z.string().nullable(),
  seed: count,
  binaryParameters: count,
  packedBytes: count,
  /** Every field of its recipe by its path, such as "recipe.learningRate.start", and what a sweep set elsewhere, such as "nodes.dense1.units". */
  parameters: ParametersSchema,
})
export type RunSummary = z.infer<typeof RunSummarySchema>

/** Whether it is being trained, or will go on by itself when somebody says so. */
export function isUnderWay({ state, interrupted }: Pick<RunSummary, 'state' | 'interrupted'>): boolean {
  return !interrupted && isUnderWayState(state)
}

export const RunProgressSchema = engineEvents.progress
export type RunProgress = z.infer<typeof RunProgressSchema>

/**
 * An event of the run's history as its events.jsonl has it; `kind` says which other fields there are. `undone`: the run went on from an
 * earlier step afterwards, and made this one again.
 */
export const RunEventEntrySchema = z.looseObject({ time, kind: z.string(), undone: z.literal(true).optional() })

/** A named series each, all of one length. What a point lacks is NaN. */
export const ColumnsSchema = z.record(z.string(), column)
export type Columns = z.infer<typeof ColumnsSchema>

export const runRoutes = {
  /**
   * Trains a project: its own data set or another, with single fields set as `bitwright train --set` takes them
   * ("recipe.epochs=3", "nodes.dense1.units=300"). Answers when the run's folder is there, or rejects for what is wrong with the request.
   */
  'runs.start': route(
    z.strictObject({ project: ProjectSchema, dataset: DatasetNameSchema.optional(), limitTrain: z.int().min(1).optional(), set: z.array(z.string().max(512)).max(100).default([]) }),
    z.strictObject({ run: RunIdSchema, directory: z.string() }),
  ),
  /** Goes on from the last good checkpoint; `epochs`: to another end. Answers when it has begun. */
  'runs.resume': route(z.strictObject({ run: RunIdSchema, epochs: z.int().min(1).optional() }), z.strictObject({ run: RunIdSchema, directory: z.string() })),
  /** See ControlSchema for what each does. `acted` is false if this run is not under way here. */
  'runs.control': route(z.strictObject({ run: RunIdSchema, action: ControlSchema }), z.strictObject({ acted: z.boolean() })),
  /** Changes the run under way, running or paused, between two steps; answers when a checkpoint has it. Recorded as an event `change`. */
  'runs.change': route(ChangeSchema.extend({ run: RunIdSchema }), ChangedSchema),
  /** Trains a new run that begins at a checkpoint of this one, a file of `runs.show`: weights, optimizer and place are taken over; the network, data set and optimizer's kind stay. Answers when its folder is there. */
  'runs.fork': route(
    z.strictObject({ run: RunIdSchema, checkpoint: CheckpointFileSchema, set: z.array(z.string().max(512)).max(100).default([]) }),
    z.strictObject({ run: RunIdSchema, directory: z.string() }),
  ),
  /** How long a request of `runs.start` would take, and what memory. Times a few steps: some seconds, more where kernels are chosen first. Refused while the engine trains. */
  'runs.estimate': route(
    z.strictObject({ project: ProjectSchema, dataset: DatasetNameSchema.optional(), limitTrain: z.int().min(1).optional(), set: z.array(z.string().max(512)).max(200).default([]) }),
    EstimateSchema,
  ),
  /** Newest first. */
  'runs.list': route(z.strictObject({}), z.strictObject({ runs: z.array(RunSummarySchema), damaged: z.array(z.strictObject({ id: z.string(), fault: FaultSchema })) })),
  'runs.show': route(
    z.strictObject({ run: RunIdSchema }),
    z.strictObject({
      summary: RunSummarySchema,
      project: ProjectSchema,
      limitTrain: z.int().nullable(),
      /** Of the run under way: the last that was told. */
      progress: RunProgressSchema.nullable(),
      checkpoints: z.array(z.strictObject({ file: z.string(), bytes: count, written: time })),
    }),
  ),
  /** Figures by epoch after `after` finished ones: columns `epoch`, `step`, `learningRate`, `trainLoss`, `trainError`, `validError`… */
  'runs.metrics': route(z.strictObject({ run: RunIdSchema, after: count.default(0) }), z.strictObject({ epochs: ColumnsSchema })),
  /** Figures of its layers by epoch, after `after` finished ones, by node id: columns `epoch`, `flipRate`, `clippedShare`, `meanLatent`, `positiveShare`, `distinctFraction`. */
  'runs.layers': route(z.strictObject({ run: RunIdSchema, after: count.default(0) }), z.strictObject({ layers: z.record(z.string(), ColumnsSchema) })),
  /** Its series within epochs after step `afterStep`, about three points a second: columns as the fields of SeriesPointSchema (main/contract/engine.ts). Progress brings each new `point`. */
  'runs.series': route(z.strictObject({ run: RunIdSchema, afterStep: count.default(0) }), z.strictObject({ steps: ColumnsSchema })),
  /**
   * Runs a split of the run's data set through its network at a checkpoint: the best, the last, or a file of `runs.show`. Refused while
   * the engine trains.
   */
  'runs.evaluate': route(
    z.strictObject({ run: RunIdSchema, checkpoint: z.string().min(1).max(255).default('best'), split: SplitSchema.default('test'), arithmetic: ArithmeticSchema.default('bits') }),
    EvalResultSchema.extend({ predictions: PredictionsSchema }),
  ),
  /** The run's history after its first `after` events. */
  'runs.events': route(z.strictObject({ run: RunIdSchema, after: count.default(0) }), z.strictObject({ events: z.array(RunEventEntrySchema) })),
}

export const runEvents = {
  /** A run begins, changes its state, or ends. */
  'run.state': z.strictObject({ summary: RunSummarySchema }),
  /** At most ten a second. */
  'run.progress': RunProgressSchema,
  'run.epoch': engineEvents.epoch,
}
