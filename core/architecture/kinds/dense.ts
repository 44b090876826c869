import { z } from 'zod'
import { NO_COST, onlyInput, type Cost, type LayerKind } from '../kind.ts'
import { elements, wordsOf, type Flow } from '../signal.ts'
import { grouped } from '../wording.ts'
import { needsVector } from './complaints.ts'

/** Weights of one layer: their index, inputs x units, must fit 32 bits with room for arithmetic on it. */
export const MAX_WEIGHTS = 2 ** 31

const attributes = z.strictObject({
  units: z.int().min(1).max(65536),
  weights: z.enum(['binary', 'real']).default('binary'),
  bias: z.boolean().default(false),
})
export type DenseAttributes = z.infer<typeof attributes>

export const dense: LayerKind<typeof attributes> = {
  kind: 'dense',
  family: 'weights',
  title: 'Dense',
  summary: 'Every unit is the dot product of all inputs with its own weights: XNOR and popcount when both are binary.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes,
  fields: {
    units: { label: 'Units', help: 'Number of outputs.', unit: 'units' },
    weights: {
      label: 'Weights',
      help: 'binary: the sign of a real latent weight, which is what training moves. real: float32.',
      source: 'Hubara et al. 2016, section 1.1 and Algorithm 1',
    },
    bias: {
      label: 'Bias',
      help: 'A real number added to every unit. Redundant in front of batch normalisation, and the sums are no longer integers.',
      source: 'both reference codes keep one, as their libraries do by default',
    },
  },
  initial: { units: 256 },
  width: 'units',

  infer(inputs, { units, weights, bias }, node) {
    const source = onlyInput(inputs)
    if (source.shape.length !== 1) return { problems: [needsVector(node, 'a dense layer', source)] }
    const depth = elements(source.shape)
    const count = depth * units
    if (count > MAX_WEIGHTS) {
      const most = Math.floor(MAX_WEIGHTS / depth)
      return {
        problems: [{
          code: 'tooLarge',
          severity: 'error',
          message: `${node} would have ${grouped(depth)} × ${grouped(units)} = ${grouped(count)} weights; at most ${grouped(MAX_WEIGHTS)} are possible`,
          node,
          field: 'units',
          fixes: [{ label: `Use ${grouped(most)} units`, node, set: { units: most } }],
        }],
      }
    }
    const exact = weights === 'binary' && (source.flow === 'pixels' || source.flow === 'bits' || source.flow === 'ternary')
    return {
      output: { shape: [units], flow: exact && !bias ? 'integers' : 'reals' },
      cost: denseCost(source.flow, depth, units, weights === 'binary', bias),
    }
  },
}

/**
 * Word operations count one XNOR with its popcount: one per 32 bits; a ternary input adds an AND with the mask, not a
 * popcount per unit. 8-bit pixels are eight bit planes (Hubara et al. 2016, section 1.5).
 * Saved for backward: the input, for the weight gradient. Input that is bits or ternary is counted where it is made.
 */
function denseCost(flow: Flow, depth: number, units: number, binary: boolean, bias: boolean): Cost {
  const count = depth * units
  const onBits = binary && flow !== 'integers' && flow !== 'reals'
  const planes = flow === 'pixels' ? 8 : 1
  const savedBits = { pixels: 8, bits: 0, ternary: 0, integers: 32, reals: 32 }[flow] * depth
  return {
    ...NO_COST,
    realParameters: (binary ? 0 : count) + (bias ? units : 0),
    binaryParameters: binary ? count : 0,
    packedBytes: (binary ? Math.ceil(count / 8) : 4 * count) + (bias ? 4 * units : 0),
    floatMacs: onBits ? 0 : count,
    binaryMacs: onBits ? count : 0,
    xnorWords: onBits ? planes * wordsOf(depth) * units : 0,
    savedBits,
  }
}
