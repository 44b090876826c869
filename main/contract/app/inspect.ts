import { z } from 'zod'
import { ProjectSchema } from '../../../core/architecture/project.ts'
import { FaultSchema, RunIdSchema } from '../engine.ts'
import { InspectionFiguresSchema } from '../inspection.ts'
import { route } from '../route.ts'

/** The binary weights of trained networks, at every moment of which something is kept. */

const count = z.int().min(0)
const share = z.number().min(0).max(1)
const name = z.string().min(1).max(64)
const numbers = z.instanceof(Float64Array)

export const ModelNameSchema = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'expected up to 64 lower-case letters, digits, ".", "_" or "-", not starting with a mark')

/** A network that was trained here, or one that others trained. */
export const InspectTargetSchema = z.union([z.strictObject({ run: RunIdSchema }), z.strictObject({ model: ModelNameSchema })])
export type InspectTarget = z.infer<typeof InspectTargetSchema>

/** Of a run: `epoch-N`, or `last` within an epoch. Of a model: `weights`. */
const MomentNameSchema = z.string().regex(/^(epoch-\d{1,7}|last|weights)$/, 'expected epoch-N, last or weights')

const MomentSchema = z.strictObject({
  name: MomentNameSchema,
  /** Finished epochs, with the part of the one under way; 0 for what it began with, and for a model. */
  epoch: z.number().min(0),
  /** It has the best validation error. */
  best: z.boolean(),
  /** Latent weights are kept too, not their signs alone. */
  latent: z.boolean(),
})
export type Moment = z.infer<typeof MomentSchema>

const InspectLayerSchema = z.strictObject({
  name,
  kind: z.enum(['conv2d', 'dense']),
  /** Side of a convolution's filters; 1 for a dense layer. */
  kernel: count,
  /** Input maps of a convolution, inputs of a unit. */
  inputs: count,
  /** Output channels, or units. */
  outputs: count,
  /** Of the output: at each, every filter is applied once. */
  places: count,
  /** Height, width and channels of the picture that it reads, where that is the network's own input. */
  picture: z.tuple([count, count, count]).nullable(),
  /** Training draws its signs anew at every step, and evaluation takes the latent weights themselves (BinaryConnect). */
  evaluatesReals: z.boolean(),
})
export type InspectLayer = z.infer<typeof InspectLayerSchema>

/** Latent weights of one layer, in cells of one width from `low` to `high`. */
const LatentSchema = z.strictObject({
  low: z.number(),
  high: z.number(),
  counts: z.instanceof(Uint32Array),
  /** Where training clips them; null where it does not. */
  clip: z.number().nullable(),
  /** Share of the weights at the clip. */
  atClip: share,
  positive: share,
  mean: z.number(),
  /** Mean magnitude. */
  magnitude: z.number(),
})
export type LatentHistogram = z.infer<typeof LatentSchema>

/** How one layer went from moment to moment, a value each. */
const LayerEpochsSchema = z.strictObject({
  epochs: numbers,
  /** Distinct 2D filters of an input map (words of a dense layer's place), as a share of all; merged: opposite ones count as one. */
  fraction: numbers,
  fractionMerged: numbers,
  /** Weights whose sign is another than at the moment before, as a share of all; NaN for the first. */
  flipped: numbers,
  randomFractionMerged: share,
})
export type LayerEpochs = z.infer<typeof LayerEpochsSchema>

const moment = { target: InspectTargetSchema, moment: MomentNameSchema }
const place = { ...moment, layer: name }

export const inspectRoutes = {
  /** Networks that others trained, by name. */
  'models.list': route(
    z.strictObject({}),
    z.strictObject({ models: z.array(z.strictObject({ name: ModelNameSchema, created: z.iso.datetime(), project: z.string(), dataset: z.string(), source: z.string() })), damaged: z.array(z.strictObject({ name: z.string(), fault: FaultSchema })) }),
  ),
  /** What there is to look at. Moments are in the order of training. */
  'inspect.target': route(
    z.strictObject({ target: InspectTargetSchema }),
    z.strictObject({ name: z.string(), project: ProjectSchema, dataset: z.string(), layers: z.array(InspectLayerSchema), moments: z.array(MomentSchema) }),
  ),
  /** What `bitwright inspect --json` prints, at any moment. Dead channels are null where only signs are kept. */
  'inspect.figures': route(z.strictObject(moment), InspectionFiguresSchema),
  /** The signs of one layer's weights [kernel * kernel * inputs][outputs], row (y * kernel + x) * inputs + c: bit i % 32 of word i / 32. */
  'inspect.filters': route(z.strictObject(place), z.strictObject({ signs: z.instanceof(Uint32Array) })),
  'inspect.latent': route(z.strictObject({ ...place, cells: z.int().min(1).max(1000).default(80) }), LatentSchema),
  /** Latent weights of a layer, in the order of `inspect.filters`. Refused for more than 4,194,304. */
  'inspect.weights': route(z.strictObject(place), z.strictObject({ values: z.instanceof(Float32Array) })),
  /** Over all moments. */
  'inspect.epochs': route(z.strictObject({ target: InspectTargetSchema, layer: name }), LayerEpochsSchema),
}
