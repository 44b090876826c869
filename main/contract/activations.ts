import { z } from 'zod'

const count = z.int().min(0)
const bytes = z.instanceof(Uint8Array)
const share = z.number().min(0).max(1)

const about = {
  /** Of the node. */
  id: z.string(),
  /** [height, width, channels], or [units] of a vector. */
  shape: z.array(count),
  data: bytes,
  /** Share of values that are not negative: of +1. */
  positive: share,
}

/**
 * What a node gives for one image, by channel, row, column: value i is that of channel i / (height * width). `bits`: value i is +1 where
 * bit i % 8 of byte i / 8 is 1, else -1. `reals`: `low + byte / 255 * (high - low)`; integer sums too.
 */
export const ActivationSchema = z.discriminatedUnion('form', [
  z.strictObject({ ...about, form: z.literal('bits') }),
  z.strictObject({ ...about, form: z.literal('reals'), low: z.number(), high: z.number() }),
])
export type Activation = z.infer<typeof ActivationSchema>

export const PreviewResultSchema = z.strictObject({
  /** In topological order. */
  nodes: z.array(ActivationSchema),
  /** Of the main head, by class. */
  scores: z.array(z.number()),
  /** The image's class, and the names of all. */
  label: count,
  classes: z.array(z.string()),
  adapter: z.string(),
})
export type PreviewResult = z.infer<typeof PreviewResultSchema>

/** Whose weights: those a run begins with, by the recipe's seed, or a run's, by its id. */
export const PreviewWeightsSchema = z.union([z.literal('initial'), z.strictObject({ run: z.string().min(1).max(4096), checkpoint: z.enum(['best', 'last']) })])
