import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { elements } from '../signal.ts'
import { describeSignal } from '../wording.ts'
import { needsVector } from './complaints.ts'

const attributes = z.strictObject({
  loss: z.enum(['squaredHinge', 'crossEntropy']).default('squaredHinge'),
  weight: z.number().min(0).max(1000).default(1),
})
export type HeadAttributes = z.infer<typeof attributes>

export const head: LayerKind<typeof attributes> = {
  kind: 'head',
  family: 'output',
  title: 'Head',
  summary: 'Class scores and their loss. With several heads the weighted losses add up, and the last one predicts.',
  inputs: ['in'],
  hasOutput: false,
  passThrough: false,
  attributes,
  fields: {
    loss: {
      label: 'Loss',
      help: 'squaredHinge: mean of max(0, 1 - t y)^2 with targets +-1. crossEntropy: of the softmax.',
      source: 'Hubara et al. 2016, section 2: the L2-SVM loss; softmax for ImageNet (supplement B.3)',
    },
    weight: { label: 'Weight', help: 'Factor of this head\'s loss in the total, such as 0.3 for an auxiliary classifier.' },
  },
  initial: {},

  infer(inputs, _attributes, node) {
    const source = onlyInput(inputs)
    if (source.shape.length !== 1) return { problems: [needsVector(node, 'a head', source)] }
    if (source.flow !== 'integers' && source.flow !== 'reals') {
      return {
        problems: [{
          code: 'wrongFlow',
          severity: 'error',
          message: `${node} gets ${describeSignal(source)}; a head takes one score a class, as the last layer with weights gives them`,
          node,
          fixes: [{ label: 'Insert a dense layer of 10 classes', before: node, insert: 'dense', with: { units: 10 } }],
        }],
      }
    }
    // The scores, from which backward takes the slope of the loss.
    return { cost: { ...NO_COST, savedBits: 32 * elements(source.shape) } }
  },
}
