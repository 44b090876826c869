import { z } from 'zod'
import { DatasetNameSchema, ProjectSchema } from '../../core/architecture/project.ts'
import { ARITHMETICS } from '../../core/layers/context.ts'
import { EpochRecordSchema } from '../../core/training/position.ts'
import { PreviewResultSchema, PreviewWeightsSchema } from './activations.ts'
import { route } from './route.ts'

/** What the engine process does for others, over its message channel. Figures that the command line prints with --json are these. */
export const RunIdSchema = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z_-]{3,63}$/, 'expected a run id, as "bitwright train" prints it')
export const RunStateSchema = z.enum(['queued', 'preparing', 'running', 'pausing', 'paused', 'finished', 'stopped', 'failed'])

/** Whether a run of this state is being trained, or will be when somebody says so. */
export function isUnderWayState(state: z.infer<typeof RunStateSchema>): boolean {
  return !['finished', 'stopped', 'failed'].includes(state)
}

const path = z.string().min(1).max(4096)
const count = z.int().min(0)
const fraction = z.number().min(0).max(1)

/** An error as it crosses a process boundary. */
export const FaultSchema = z.strictObject({ what: z.string(), where: z.string().optional(), remedy: z.string().optional() })
export type Fault = z.infer<typeof FaultSchema>

export const AdapterSchema = z.strictObject({
  name: z.string(),
  vendor: z.string(),
  driver: z.string(),
  kind: z.enum(['gpu', 'cpu']),
  subgroupSize: count,
  timestamps: z.boolean(),
  maxBindingBytes: count,
  maxBufferBytes: count,
})

/** How a run came out of the queue: what it shares with others of its sweep or repeats, and the fields that were set for it, as `--set` takes them. */
export const LaunchSchema = z.strictObject({ group: z.string().max(64).nullable(), set: z.array(z.string().max(512)).max(200) })
export type Launch = z.infer<typeof LaunchSchema>

/**
 * Pause and stop act between two steps, after a checkpoint. stopAtEpochEnd: once the epoch under way is finished; resume takes that back
 * unless the run is paused. checkpoint: a file of its own, step-N.safetensors, that is kept.
 */
export const ControlSchema = z.enum(['pause', 'resume', 'stop', 'stopAtEpochEnd', 'checkpoint'])

/** The rate from the next step on, in place of what the schedule gives now: what it gives later changes in proportion. Epochs in all; the schedule stays as it was launched. */
export const ChangeSchema = z.strictObject({ learningRate: z.number().positive().max(1e6).optional(), epochs: z.int().min(1).max(1e6).optional() })
/** What holds after the change, made before the step that follows `step`. */
export const ChangedSchema = z.strictObject({ step: count, learningRate: z.number(), epochs: count })

export const TrainResultSchema = z.strictObject({
  run: RunIdSchema,
  directory: path,
  state: RunStateSchema,
  /** Finished epochs. */
  epochs: count,
  /** Of the best epoch (by validation error); null before the first epoch ends. */
  bestEpoch: count.nullable(),
  trainError: fraction.nullable(),
  validError: fraction.nullable(),
  testError: fraction.nullable(),
  /** Time spent training in this session, and images trained on per second of it. */
  seconds: z.number().min(0),
  imagesPerSecond: z.number().min(0),
  /** Share of the time of training steps in which the device had nothing to do because images were not there yet. */
  deviceWaitShare: fraction,
  adapter: z.string(),
  /** On the device, as planned before and as allocated in the end; null where nothing was left to train. */
  memory: z.strictObject({ planned: count, allocated: count }).nullable(),
})
export type TrainResult = z.infer<typeof TrainResultSchema>

/** Bytes that training takes on the device (core/training/memoryPlan.ts says of what each is). */
export const MemoryPlanSchema = z.strictObject({
  batchSize: count, parameters: count, optimizer: count, step: count, activations: count, evaluation: count, exchange: count, tuning: count, total: count,
  largestBuffer: z.strictObject({ name: z.string(), bytes: count }),
})

/** How a network is evaluated: as in training, as a packed model with thresholds, or with signs as float32 numbers (core/layers/context.ts). */
export const ArithmeticSchema = z.enum(ARITHMETICS)
export type Arithmetic = z.infer<typeof ArithmeticSchema>

export const EvalResultSchema = z.strictObject({
  arithmetic: ArithmeticSchema,
  images: count,
  error: fraction,
  top5Error: fraction,
  loss: z.number(),
  /** Every head by its layer's name, the auxiliary ones first; the last is the main one, whose errors stand above. */
  heads: z.array(z.strictObject({ name: z.string(), error: fraction, top5Error: fraction })),
  /** For each class, in order: its images in the split, and how many of them were taken for another. */
  perClass: z.array(z.strictObject({ images: count, errors: count })),
  /** confusion[actual][predicted], in images; empty where there are too many classes for a table. */
  confusion: z.array(z.array(count)),
  classes: z.array(z.string()),
  imagesPerSecond: z.number().min(0),
  adapter: z.string(),
})

/** Of every image in the split's order. Confidence is the share of the softmax of the main head's scores that the predicted class has; loss is the main head's. */
export const PredictionsSchema = z.strictObject({ actual: z.instanceof(Uint16Array), predicted: z.instanceof(Uint16Array), confidence: z.instanceof(Float32Array), loss: z.instanceof(Float32Array) })

export const BenchEntrySchema = z.strictObject({
  name: z.string(),
  shape: z.string(),
  medianMs: z.number().min(0),
  /** Rate in thousand million operations a second (a multiply-accumulate is two), where it has one. */
  gops: z.number().min(0).optional(),
  /** How many times faster than `against`. */
  ratio: z.number().min(0).optional(),
  against: z.string().optional(),
  imagesPerSecond: z.number().min(0).optional(),
  /** At one output place of a convolution: its filters or pieces of them, those that are computed, additions of their results; and the words of plain XNOR and popcount. */
  filters: z.strictObject({ all: count, distinct: count, additions: count, words: count }).optional(),
  /** Share of the register-only ceiling of its kind of arithmetic. */
  ceilingShare: z.number().min(0).optional(),
})

export type BenchEntry = z.infer<typeof BenchEntrySchema>

/** Bytes of a training step: what stays from forward to backward, beside what float32 would keep; all tensors of a step; parameters and optimizer. */
export const BenchMemorySchema = z.strictObject({ activationBytes: count, stepBytes: count, floatActivationBytes: count, storedBytes: count, parameters: count })
export type BenchMemory = z.infer<typeof BenchMemorySchema>

export const EstimateSchema = z.strictObject({
  secondsPerStep: z.number().min(0),
  /** Evaluations included. */
  secondsPerEpoch: z.number().min(0),
  secondsTotal: z.number().min(0),
  imagesPerSecond: z.number().min(0),
  adapter: z.string(),
  /** Bytes that there are; null: nobody knows. */
  available: count.nullable(),
  plan: MemoryPlanSchema,
})

/** A file in the folder of a run's checkpoints. */
export const CheckpointFileSchema = z.string().max(255).regex(/^[A-Za-z0-9][\w-]*\.safetensors$/, 'expected the name of a checkpoint file, such as last.safetensors')

/** What people call it: the file's name without its ending. */
export function checkpointName(file: string): string {
  return file.replace(/\.safetensors$/, '')
}

export const SplitSchema = z.enum(['train', 'validation', 'test'])

/** A network that was trained here (a run's id or folder, at its best checkpoint unless named) or a file of weights. */
export const TargetSchema = z.strictObject({ target: path, checkpoint: z.enum(['best', 'last']).default('best') })

/** Where the disk does not take the run's state: wait, paused, until somebody resumes it, instead of failing. */
const waits = z.boolean().default(false)

export const engineRoutes = {
  /** Whether its event loop still turns. */
  ping: route(z.strictObject({}), z.strictObject({})),
  /** The adapter, and the bytes that training may take on it (null: nobody knows). */
  doctor: route(z.strictObject({}), z.strictObject({ adapter: AdapterSchema, memoryBytes: count.nullable() })),
  /** `run`: the id it is to have, if it was chosen before. */
  train: route(
    z.strictObject({ home: path, project: ProjectSchema, dataset: DatasetNameSchema, limitTrain: z.int().min(1).optional(), run: RunIdSchema.optional(), launch: LaunchSchema.optional(), waits }),
    TrainResultSchema,
  ),
  resume: route(z.strictObject({ home: path, run: path, epochs: z.int().min(1).optional(), waits }), TrainResultSchema),
  /** Trains a new run from a checkpoint of another, a file of its folder, with fields of the recipe set; the network stays. `id`: as `run` of train. */
  fork: route(z.strictObject({ home: path, run: path, checkpoint: CheckpointFileSchema, set: z.array(z.string().max(512)).max(100).default([]), id: RunIdSchema.optional(), launch: LaunchSchema.optional(), waits }), TrainResultSchema),
  /** How long training would take, from a few timed steps, and what memory. Refused while a run is under way, and if the memory is not there. */
  estimate: route(z.strictObject({ home: path, project: ProjectSchema, dataset: DatasetNameSchema, limitTrain: z.int().min(1).optional() }), EstimateSchema),
  /** What training a project takes, what there is (null: unknown), and the largest batch up to the recipe's that fits (0: none). */
  memory: route(z.strictObject({ project: ProjectSchema }), z.strictObject({ adapter: z.string(), available: count.nullable(), largestBatch: count, plan: MemoryPlanSchema })),
  /** Acts on the run under way; false if there is none. */
  control: route(z.strictObject({ action: ControlSchema }), z.boolean()),
  /** Changes the run under way; answers when a checkpoint has it. Throws if there is none, or it makes no sense. */
  change: route(ChangeSchema, ChangedSchema),
  eval: route(
    TargetSchema.extend({ home: path, dataset: DatasetNameSchema.optional(), split: SplitSchema.default('test'), arithmetic: ArithmeticSchema.default('bits'), predictions: z.boolean().default(false) }),
    EvalResultSchema.extend({ predictions: PredictionsSchema.optional() }),
  ),
  /** Images as rows of bytes in the model's shape. */
  predict: route(
    TargetSchema.extend({ home: path, images: z.array(z.instanceof(Uint8Array)).min(1).max(10000) }),
    z.strictObject({ classes: z.array(z.string()), predictions: z.array(z.strictObject({ class: count, scores: z.array(z.number()) })), adapter: z.string() }),
  ),
  /** One image through a network, with what every node (or those named) gives. With weights of a run, its network is used instead of `project`. */
  preview: route(
    z.strictObject({ home: path, project: ProjectSchema, dataset: DatasetNameSchema, split: z.enum(['train', 'test']), index: count, weights: PreviewWeightsSchema, nodes: z.array(z.string()).optional() }),
    PreviewResultSchema,
  ),
  bench: route(z.strictObject({ home: path, what: z.array(z.enum(['gemm', 'conv', 'filters', 'step'])).min(1), sizes: z.array(z.int().min(32).max(8192)).default([1024, 2048]), channels: z.array(z.int().min(1).max(4096)).default([128, 256, 512]), project: ProjectSchema.optional(), target: path.optional() }), z.strictObject({ adapter: z.string(), results: z.array(BenchEntrySchema), memory: BenchMemorySchema.optional() })),
}
export type EngineRoutes = typeof engineRoutes
export type EngineRoute = keyof EngineRoutes

/** A point of a run's series within epochs: means over the steps since the point before. */
export const SeriesPointSchema = z.strictObject({
  /** Steps made. */
  step: count,
  /** Epochs made, the one under way by the share of its batches. */
  epoch: z.number().min(0),
  /** Milliseconds since 1970. */
  time: z.number(),
  /** Time spent training, pauses left out, over all sessions of the run. */
  processSeconds: z.number().min(0),
  loss: z.number(),
  error: fraction,
  learningRate: z.number(),
  imagesPerSecond: z.number().min(0),
  deviceWaitShare: fraction,
})
export type SeriesPoint = z.infer<typeof SeriesPointSchema>

export const engineEvents = {
  /** A line for the log: which adapter computes, what is being prepared. */
  log: z.strictObject({ level: z.enum(['info', 'warning']), message: z.string() }),
  /** `fault`: why it paused by itself. */
  state: z.strictObject({ run: RunIdSchema, state: RunStateSchema, directory: path, fault: FaultSchema.optional() }),
  progress: z.strictObject({
    run: RunIdSchema,
    epoch: count, epochs: count, step: count, batch: count, batches: count,
    loss: z.number(), error: fraction, learningRate: z.number(),
    imagesPerSecond: z.number().min(0), secondsLeft: z.number().min(0), deviceWaitShare: fraction,
    /** What the run's series gets of it; `loss` and `error` above are means over the epoch so far. */
    point: SeriesPointSchema,
  }),
  epoch: z.strictObject({ run: RunIdSchema, record: EpochRecordSchema, best: z.boolean() }),
}
export type EngineEvents = typeof engineEvents
export type EngineEvent = keyof EngineEvents

/** Frames on the channel between a client and the engine process. */
export const RequestSchema = z.strictObject({ id: count, route: z.string(), input: z.unknown() })
export const ReplySchema = z.union([
  z.strictObject({ id: count, output: z.unknown() }),
  /** `ending`: the process ends with it, since its device can no longer be trusted. */
  z.strictObject({ id: count, fault: FaultSchema, ending: z.boolean().optional() }),
  z.strictObject({ event: z.string(), data: z.unknown() }),
])
