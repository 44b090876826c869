import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { channels, elements } from '../signal.ts'
import { describeSignal } from '../wording.ts'

const attributes = z.strictObject({
  mode: z.enum(['deterministic', 'stochastic']).default('deterministic'),
  gradient: z.enum(['clip', 'strict', 'approxSign', 'swishSign']).default('clip'),
  threshold: z.enum(['fixed', 'learned']).default('fixed'),
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
      label: 'Gradient',
      help: 'What stands in for the slope of the sign in training, the straight-through estimator. clip: 1 where |x| <= 1, else 0; strict: 1 where |x| < 1; approxSign: 2 - 2|x| where |x| < 1; swishSign: a smooth bell that turns negative beyond |x| of about 0.48, with steepness 5. The first two keep a bit a value for backward; the others are computed from the input once more.',
      source: 'clip: Hubara et al. 2016, Algorithm 1; strict: Torch7\'s HardTanh; approxSign: Liu et al. 2018 (Bi-Real Net); swishSign: Darabi et al. 2018 (BNN+), as larq has it',
    },
    threshold: {
      label: 'Threshold',
      help: 'fixed: the sign changes at 0. learned: at a real number of its own for every channel, which starts at 0 and is trained (RSign). In evaluation it costs nothing behind batch normalisation, into whose threshold it folds.',
      source: 'learned: Liu et al. 2020 (ReActNet)',
    },
    zero: {
      label: 'Sign of 0',
      help: 'plus: +1. zero: 0, so that a value may be absent and takes two bits.',
      source: 'the paper and the Theano code have +1; Torch7\'s sign(0) is 0',
    },
  },
  initial: {},

  infer(inputs, { zero, gradient, threshold }, node) {
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
    // One bit for the value (two when it may be absent), and one that says whether the gradient passes, if that is all there is to say.
    const bits = (zero === 'zero' ? 2 : 1) + (gradient === 'clip' || gradient === 'strict' ? 1 : 0)
    const thresholds = threshold === 'learned' ? channels(source.shape) : 0
    return {
      output: { shape: source.shape, flow: zero === 'zero' ? 'ternary' : 'bits' },
      cost: { ...NO_COST, realParameters: thresholds, packedBytes: 4 * thresholds, savedBits: bits * elements(source.shape) },
    }
  },
}
