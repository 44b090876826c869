import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { elements } from '../signal.ts'
import { describeSignal } from '../wording.ts'

const attributes = z.strictObject({
  mode: z.enum(['deterministic', 'stochastic']).default('deterministic'),
  gradient: z.enum(['clip', 'strict']).default('clip'),
  zero: z.enum(['plus', 'zero']).default('plus'),
})
export type SignAttributes = z.infer<typeof attributes>

export const sign: LayerKind<typeof attributes> = {
  kind: 'sign',
  family: 'activate',
  title: 'Sign',
  summary: 'Binarises: +1 or -1, one bit a value. The gradient passes straight through where the input is small.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: true,
  attributes,
  fields: {
    mode: {
      label: 'Mode',
      help: 'stochastic: +1 with probability (x + 1) / 2, clipped to 0..1, in training; evaluation always takes the sign.',
      source: 'Hubara et al. 2016, section 1.1; the Torch7 code is stochastic, the Theano code deterministic',
    },
    gradient: {
      label: 'Gradient mask',
      help: 'Where the straight-through estimator lets the gradient pass: clip |x| <= 1, strict |x| < 1.',
      source: 'Algorithm 1 has clip; Torch7\'s HardTanh is strict',
    },
    zero: {
      label: 'Sign of 0',
      help: 'plus: +1. zero: 0, so that a value may be absent and takes two bits.',
      source: 'the paper and the Theano code have +1; Torch7\'s sign(0) is 0',
    },
  },
  initial: {},

  infer(inputs, { zero }, node) {
    const source = onlyInput(inputs)
    if (source.flow === 'bits' || source.flow === 'ternary') {
      return {
        problems: [{
          code: 'alreadyBits',
          severity: 'error',
          message: `${node} takes the sign of ${describeSignal(source)}, which is binary already`,
          node,
          fixes: [{ label: `Remove ${node}`, node, remove: true }],
        }],
      }
    }
    // One bit for the value (two when it may be absent) and one that says whether the gradient passes.
    const bits = zero === 'zero' ? 3 : 2
    return {
      output: { shape: source.shape, flow: zero === 'zero' ? 'ternary' : 'bits' },
      cost: { ...NO_COST, savedBits: bits * elements(source.shape) },
    }
  },
}
