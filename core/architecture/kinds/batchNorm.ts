import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { channels, elements } from '../signal.ts'
import { describeSignal } from '../wording.ts'

const attributes = z.strictObject({
  mode: z.enum(['vanilla', 'shift']).default('vanilla'),
  epsilon: z.number().min(1e-12).max(1).default(1e-4),
  momentum: z.number().min(1e-6).max(1).default(0.1),
  running: z.enum(['variance', 'inverseStd']).default('inverseStd'),
  rounding: z.enum(['nearest', 'floor']).default('nearest'),
  beta: z.boolean().default(true),
  gammaInit: z.enum(['one', 'uniform']).default('one'),
})
export type BatchNormAttributes = z.infer<typeof attributes>

export const batchNorm: LayerKind<typeof attributes> = {
  kind: 'batchNorm',
  family: 'normalise',
  title: 'Batch normalisation',
  summary: 'Brings every channel to mean 0 and variance 1 over the batch, then scales and shifts it. Folds into a threshold in front of a sign.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: true,
  attributes,
  fields: {
    mode: {
      label: 'Mode',
      help: 'vanilla: multiplications. shift: powers of two in their place, so that shifts would do.',
      source: 'Hubara et al. 2016, section 1.3 and Algorithm 2 (shift-based batch normalisation)',
    },
    epsilon: { label: 'Epsilon', help: 'Added to the variance under the root.', source: '1e-4 in the Theano code, 1e-5 in the Torch7 code' },
    momentum: {
      label: 'Momentum',
      help: 'Weight of the newest batch in the running statistics that evaluation uses.',
      source: '0.1 in the Theano code; 0.125 for shift batch norm in the Torch7 code',
    },
    running: {
      label: 'Running statistic',
      help: 'What is averaged for evaluation: the variance, or one over the standard deviation.',
      source: 'both reference codes average the inverse; Torch\'s own layer the variance',
    },
    rounding: {
      label: 'Power of two',
      help: 'nearest in the logarithm, or floor: the position of the highest bit. For shift mode only.',
      source: 'AP2: nearest in the Torch7 code, floor in the paper\'s remark on hardware',
    },
    beta: { label: 'Offset', help: 'A learned offset, beta, for every channel.', source: 'in both codes; restatements of Algorithm 2 leave it out' },
    gammaInit: {
      label: 'First scale',
      help: 'What gamma starts as: 1, or uniform between 0 and 1.',
      source: 'uniform in Torch\'s own layer, which ends the Torch7 MNIST network',
    },
  },
  initial: {},

  infer(inputs, { beta }, node) {
    const source = onlyInput(inputs)
    if (source.flow === 'bits' || source.flow === 'ternary') {
      return {
        problems: [{
          code: 'nothingToNormalise',
          severity: 'error',
          message: `${node} has nothing to normalise: it gets ${describeSignal(source)}; batch normalisation belongs behind a layer with weights, or on the input`,
          node,
          fixes: [{ label: `Remove ${node}`, node, remove: true }],
        }],
      }
    }
    const values = elements(source.shape)
    const width = channels(source.shape)
    return {
      output: { shape: source.shape, flow: 'reals' },
      cost: {
        ...NO_COST,
        realParameters: beta ? 2 * width : width,
        stateValues: 2 * width,
        // Folded for the packed model: one scale and one offset a channel, whatever there was before.
        packedBytes: 8 * width,
        floatMacs: values,
        // Backward reads the input again: the layer in front computes it once more (recipe.activations); pixels stay, as reals.
        savedBits: source.flow === 'pixels' ? 32 * values : 0,
      },
    }
  },
}
