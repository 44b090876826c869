import { z } from 'zod'
import { DatasetNameSchema, ProjectSchema } from '../../../core/architecture/project.ts'
import { RunIdSchema } from '../engine.ts'
import { route } from '../route.ts'
import { SplitNameSchema } from './datasets.ts'

/** One image on its way through a network. */

const count = z.int().min(0)
const bytes = z.instanceof(Uint8Array)

const about = {
  id: z.string(),
  /** [height, width, channels], or [units] of a vector. */
  shape: z.array(count),
}

/**
 * What a node gives, by channel, row, column: value i is that of channel i / (height * width). `bits`: value i is +1 where bit i % 8
 * of byte i / 8 is 1, else -1. `reals`: `low + byte / 255 * (high - low)`; integer sums too.
 */
export const ActivationSchema = z.discriminatedUnion('form', [
  z.strictObject({ ...about, form: z.literal('bits'), data: bytes, /** Share of +1. */ positive: z.number().min(0).max(1) }),
  z.strictObject({ ...about, form: z.literal('reals'), data: bytes, low: z.number(), high: z.number(), positive: z.number().min(0).max(1) }),
])
export type Activation = z.infer<typeof ActivationSchema>

export const PreviewResultSchema = z.strictObject({
  /** In topological order. */
  nodes: z.array(ActivationSchema),
  /** Scores by class of the main head, the label, and the names of the classes. */
  scores: z.array(z.number()),
  label: count,
  classes: z.array(z.string()),
  adapter: z.string(),
})
export type PreviewResult = z.infer<typeof PreviewResultSchema>

export const previewRoutes = {
  /** `weights`: fresh ones by the recipe's seed, or those of a run, whose own network is then shown. `nodes`: only these. Refused while a run trains. */
  'preview.sample': route(
    z.strictObject({
      project: ProjectSchema,
      dataset: DatasetNameSchema,
      split: SplitNameSchema,
      index: count,
      weights: z.union([z.literal('initial'), z.strictObject({ run: RunIdSchema, checkpoint: z.enum(['best', 'last']) })]).default('initial'),
      nodes: z.array(z.string()).max(4096).optional(),
    }),
    PreviewResultSchema,
  ),
}
