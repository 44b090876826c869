import type { Recipe } from '../architecture/recipe.ts'
import { BitwrightError } from '../errors.ts'
import { sliceSplit, type Dataset, type Split } from './dataset.ts'

export interface TrainingSplit {
  /** What gradients are computed from. */
  readonly training: Split
  /** What the best epoch is chosen by; count 0 if the recipe holds none out. */
  readonly validation: Split
}

/**
 * Holds `recipe.validation` images out from the end of the training set (as both reference codes do); views, nothing is
 * copied. Throws if none remain to train on, or fewer than one batch.
 */
export function splitTraining(dataset: Pick<Dataset, 'name' | 'train'>, recipe: Pick<Recipe, 'validation' | 'batchSize'>): TrainingSplit {
  const { count } = dataset.train
  const { validation, batchSize } = recipe
  const where = `data set ${dataset.name}`
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
  return { training: sliceSplit(dataset.train, 0, remaining), validation: sliceSplit(dataset.train, remaining, count) }
}
