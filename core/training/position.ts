import { z } from 'zod'
import type { Recipe } from '../architecture/recipe.ts'

const rate = z.number().min(0).max(1)
const count = z.int().min(0)

/** What an epoch did to one layer, by the layer's id; each where the layer has it. */
export const LayerFiguresSchema = z.strictObject({
  /** Share of the binary weights whose sign at the epoch's end differs from that at its beginning. */
  flipRate: rate.optional(),
  /** Share of the latent weights at -1 or 1, where they are clipped (without clipping: or beyond). */
  clippedShare: rate.optional(),
  /** Mean magnitude of the latent weights. */
  meanLatent: z.number().min(0).optional(),
  /** Share of a sign layer's values that are +1, over the images held out for validation, or over the test images where none are. */
  positiveShare: rate.optional(),
  /** Of a convolution's 2D filters, the share that is distinct in its input map, opposites merged (core/analysis/repetition.ts). */
  distinctFraction: rate.optional(),
})
export type LayerFigures = z.infer<typeof LayerFiguresSchema>

/** One epoch's figures. Errors are fractions of images; losses are means per image. */
export const EpochFiguresSchema = z.strictObject({
  /** From 1. */
  epoch: count,
  /** Training steps made when it ended. */
  step: count,
  learningRate: z.number(),
  /** Over the epoch's batches, while the weights were changing. */
  trainLoss: z.number(),
  trainError: rate,
  validLoss: z.number().optional(),
  validError: rate.optional(),
  validTop5Error: rate.optional(),
  testLoss: z.number(),
  testError: rate,
  testTop5Error: rate,
})
export type EpochFigures = z.infer<typeof EpochFiguresSchema>

/** What is kept of an epoch: its figures, and those of its layers by node id. */
export const EpochRecordSchema = EpochFiguresSchema.extend({ layers: z.record(z.string(), LayerFiguresSchema).optional() })
export type EpochRecord = z.infer<typeof EpochRecordSchema>

/** The figures alone. */
export function figuresOf({ layers: _, ...figures }: EpochRecord): EpochFigures {
  return figures
}

/** What people changed while it was under way; the recipe stays as it was launched. */
export const ChangesSchema = z.strictObject({
  /** On what the schedule gives. */
  rateFactor: z.number().positive().optional(),
  /** In place of the recipe's. The schedule stays that of the recipe's. */
  epochs: z.int().min(1).optional(),
})
export type Changes = z.infer<typeof ChangesSchema>

/**
 * Where a run is: enough, with the tensors, to go on as if it had never stopped. Random numbers need only the seed and
 * the step, and the order of images only the epoch, so no generator state is kept.
 */
export const PositionSchema = z.strictObject({
  /** Training steps made so far. */
  step: count,
  /** Epoch under way, from 0, and batches of it already trained on. */
  epoch: count,
  batch: count,
  /** Sums over those batches. */
  lossSum: z.number(),
  errors: count,
  /** The best finished epoch so far. */
  best: EpochFiguresSchema.nullable(),
  last: EpochFiguresSchema.nullable(),
  /** Finished epochs since the best. */
  sinceBest: count,
  /** Absent where nothing was changed. */
  changes: ChangesSchema.optional(),
})
export type Position = z.infer<typeof PositionSchema>

export const START: Position = { step: 0, epoch: 0, batch: 0, lossSum: 0, errors: 0, best: null, last: null, sinceBest: 0 }

/** Epochs in all. */
export function epochsWanted({ epochs }: Pick<Recipe, 'epochs'>, { changes }: Pick<Position, 'changes'>): number {
  return changes?.epochs ?? epochs
}

/** Whether `record` takes the place of the best epoch so far. Without validation images the last epoch is best. */
export function isBetter(record: EpochFigures, best: EpochFigures | null, selection: 'bestValidationLatest' | 'bestValidationEarliest' | 'last'): boolean {
  if (!best || selection === 'last' || record.validError === undefined || best.validError === undefined) return true
  return selection === 'bestValidationLatest' ? record.validError <= best.validError : record.validError < best.validError
}
