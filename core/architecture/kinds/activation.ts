import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { elements } from '../signal.ts'
import { describeSignal } from '../wording.ts'

const attributes = z.strictObject({ function: z.enum(['relu', 'hardTanh']).default('relu') })
export type ActivationAttributes = z.infer<typeof attributes>

export const activation: LayerKind<typeof attributes> = {
  kind: 'activation',
  family: 'activate',
  title: 'Activation',
  summary: 'A real-valued non-linear function, for layers that stay real, and for the float twin of a binary network.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: true,
  attributes,
  fields: {
    function: {
      label: 'Function',
      help: 'relu: max(0, x). hardTanh: x clipped to -1..1, whose slope is the mask of the straight-through estimator.',
      source: 'Hubara et al. 2016, section 1.3: Htanh',
    },
  },
  initial: {},

  infer(inputs, _attributes, node) {
    const source = onlyInput(inputs)
    if (source.flow === 'integers' || source.flow === 'reals') {
      // The mask of the slope; the layer behind keeps the values if it needs them.
      return { output: { shape: source.shape, flow: 'reals' }, cost: { ...NO_COST, savedBits: elements(source.shape) } }
    }
    return {
      problems: [{
        code: 'wrongFlow',
        severity: 'error',
        message: `${node} gets ${describeSignal(source)}; an activation takes sums or reals`,
        node,
        fixes: [{ label: `Remove ${node}`, node, remove: true }],
      }],
    }
  },
}
