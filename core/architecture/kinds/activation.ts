import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { channels, elements } from '../signal.ts'
import { refusesFlow } from './complaints.ts'

const attributes = z.strictObject({ function: z.enum(['relu', 'hardTanh', 'clip01', 'prelu', 'rpRelu']).default('relu') })
export type ActivationAttributes = z.infer<typeof attributes>

/** Learned numbers a channel has. */
const LEARNED: Record<ActivationAttributes['function'], number> = { relu: 0, hardTanh: 0, clip01: 0, prelu: 1, rpRelu: 3 }

export const activation: LayerKind<typeof attributes> = {
  kind: 'activation',
  family: 'activate',
  title: 'Activation',
  summary: 'A real-valued non-linear function, for layers that stay real, for shortcuts around binary ones, and for the float twin of a binary network.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: true,
  attributes,
  fields: {
    function: {
      label: 'Function',
      help: 'relu: max(0, x). hardTanh: x clipped to -1..1, whose slope is the mask of the straight-through estimator. clip01: x clipped to 0..1. prelu: x above 0, else a x, where a is learned for every channel and starts at 0.25. rpRelu: prelu moved in both directions, x - c + d above c, else a (x - c) + d, where a, c and d are learned for every channel and c and d start at 0.',
      source: 'hardTanh: Hubara et al. 2016, section 1.3; clip01: Zhou et al. 2016 (DoReFa-Net); prelu: He et al. 2015; rpRelu: Liu et al. 2020 (ReActNet)',
    },
  },
  initial: {},

  infer(inputs, { function: name }, node) {
    const source = onlyInput(inputs)
    // Pixels too: the twin of a network with a sign on its input has an activation there.
    if (source.flow === 'bits' || source.flow === 'ternary') return { problems: [refusesFlow(node, source, 'an activation takes sums, reals or pixels')] }
    const learned = LEARNED[name]
    const values = elements(source.shape)
    return {
      output: { shape: source.shape, flow: 'reals' },
      cost: {
        ...NO_COST,
        realParameters: learned * channels(source.shape),
        packedBytes: 4 * learned * channels(source.shape),
        // Learned slopes multiply; the others only compare.
        floatMacs: learned > 0 ? values : 0,
        // Where the slope is 0 or 1, a mask of it; else backward reads the input again. The layer behind keeps the values if it needs them.
        savedBits: learned === 0 ? values : source.flow === 'pixels' ? 32 * values : 0,
      },
    }
  },
}
