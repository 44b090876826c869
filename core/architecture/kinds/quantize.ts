import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { elements } from '../signal.ts'
import { refusesFlow } from './complaints.ts'

const attributes = z.strictObject({ bits: z.int().min(1).max(8).default(2) })
export type QuantizeAttributes = z.infer<typeof attributes>

export const quantize: LayerKind<typeof attributes> = {
  kind: 'quantize',
  family: 'activate',
  title: 'k-bit activation',
  summary: 'Clips to 0..1 and rounds to one of 2^k evenly spaced values. They travel and are multiplied as float32: k bits say what a model for other hardware needs, not what is saved here.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: true,
  attributes,
  fields: {
    bits: {
      label: 'Bits',
      help: 'k: x is clipped to 0..1 and becomes round((2^k - 1) x) / (2^k - 1), a half to the even neighbour. The gradient passes unchanged where 0 <= x <= 1.',
      unit: 'bits',
      source: 'Zhou et al. 2016 (DoReFa-Net), quantize_k of activations; 2 in its AlexNet with 1-bit weights',
    },
  },
  initial: {},

  infer(inputs, _attributes, node) {
    const source = onlyInput(inputs)
    if (source.flow !== 'integers' && source.flow !== 'reals') return { problems: [refusesFlow(node, source, 'a k-bit activation takes sums or reals')] }
    const values = elements(source.shape)
    // A multiplication to round by; the mask of the slope. The layer behind keeps the values, as float32, if it needs them.
    return { output: { shape: source.shape, flow: 'reals' }, cost: { ...NO_COST, floatMacs: values, savedBits: values } }
  },
}
