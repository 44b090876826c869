import type { HeadAttributes } from '../architecture/kinds/head.ts'
import type { Model } from './model.ts'

/** How sure a network is of the class it takes an image for, and what it loses by it. */
export interface Verdict {
  /** The largest share of the softmax of the main head's scores, whatever loss the network was trained with. */
  readonly confidence: number
  /** Of the main head, unweighted. */
  readonly loss: number
}

export type LossKind = HeadAttributes['loss']

/** What the main head is trained with. */
export function mainLoss(model: Model): LossKind {
  const { loss } = model.project.recipe
  return loss === 'head' ? (model.node(model.heads.at(-1) as string).attributes['loss'] as LossKind) : loss
}

/** From the scores of one image, float32 [classes], as shaders/head_*.wgsl have the losses; in float64. */
export function verdictOf(scores: Float32Array, label: number, kind: LossKind): Verdict {
  let largest = -Infinity
  for (const score of scores) largest = Math.max(largest, score)
  let sum = 0
  for (const score of scores) sum += Math.exp(score - largest)
  if (kind === 'crossEntropy') return { confidence: 1 / sum, loss: Math.log(sum) + largest - (scores[label] as number) }
  let hinge = 0
  for (const [index, score] of scores.entries()) hinge += Math.max(0, 1 - (index === label ? score : -score)) ** 2
  return { confidence: 1 / sum, loss: hinge / scores.length }
}
