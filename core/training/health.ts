import { BitwrightError } from '../errors.ts'
import type { Memory } from '../gpu/memory.ts'
import type { Model } from './model.ts'

/**
 * The error for a loss that is not finite: kernels note in `health` the first step at which a layer met such a value, so the
 * culprit is the earliest step, and in it the first layer in order.
 */
export async function findUnsound(model: Model, memory: Memory, step: number): Promise<BitwrightError> {
  const firsts = await memory.readWords(model.health)
  let culprit: { layer: string; step: number } | undefined
  for (const [ordinal, layer] of model.order.entries()) {
    const at = firsts[ordinal] ?? 0
    if (at > 0 && (!culprit || at < culprit.step)) culprit = { layer, step: at }
  }
  const { recipe } = model.project
  return new BitwrightError({
    what: `the loss is not a finite number from step ${step} on`,
    where: culprit ? `step ${culprit.step}, layer ${culprit.layer}, where it began` : `step ${step}`,
    remedy: `lower the learning rate (${recipe.learningRate.start}), then go on from the last checkpoint or train anew`,
  })
}
