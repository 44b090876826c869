import type { Recipe } from '../architecture/recipe.ts'
import { BitwrightError } from '../errors.ts'

export interface TrainingSplit {
  /** What gradients are computed from: images 0 up to, not including, this one. */
  readonly training: number
  /** Images from there on, what the best epoch is chosen by; 0 if the recipe holds none out. */
  readonly validation: number
}

/**
 * Holds `recipe.validation` of `count` images out from the end of the training set (as both reference codes do); says how many either part
 * has. Throws if none remain to train on, or fewer than one batch.
 */
export function splitTraining({ name, count }: { readonly name: string; readonly count: number }, recipe: Pick<Recipe, 'validation' | 'batchSize'>): TrainingSplit {
  const { validation, batchSize } = recipe
  const where = `data set ${name}`
  if (validation >= count) {
    throw new BitwrightError({
      what: `expected fewer validation images than the ${count} training images, found validation ${validation}`,
      where,
      remedy: count > 1 ? `set validation to ${count - 1} or less` : 'use a data set with more training images',
    })
  }
  const remaining = count - validation
  if (batchSize > remaining) {
    const heldOut = validation > 0 ? ` that remain of ${count} after ${validation} for validation` : ''
    const orFewer = count - batchSize >= 0 && validation > 0 ? `, or validation to ${count - batchSize} or less` : ''
    throw new BitwrightError({
      what: `expected a batch of at most the ${remaining} training images${heldOut}, found batchSize ${batchSize}`,
      where,
      remedy: `set batchSize to ${remaining} or less${orFewer}`,
    })
  }
  return { training: remaining, validation }
}
