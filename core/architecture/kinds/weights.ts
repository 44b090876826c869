import { z } from 'zod'
import { NO_COST, type Cost, type FieldHelp, type Problem } from '../kind.ts'
import { elements, wordsOf, type Flow, type Signal } from '../signal.ts'
import { describeSignal, shapeText } from '../wording.ts'

/** Weights of one layer: their index, inputs x outputs, must fit 32 bits with room for arithmetic on it. */
export const MAX_WEIGHTS = 2 ** 31

/** What dense layers and convolutions say about their weights. */
export const weightAttributes = {
  weights: z.enum(['binary', 'scaled', 'quantized', 'real']).default('binary'),
  weightBits: z.int().min(1).max(8).default(2),
  binarisation: z.enum(['deterministic', 'stochastic']).default('deterministic'),
  weightMask: z.enum(['off', 'clip', 'strict']).default('off'),
  scaleGradient: z.enum(['constant', 'unit', 'paper', 'corrected']).default('corrected'),
  inputScale: z.boolean().default(false),
  centred: z.boolean().default(false),
  bias: z.boolean().default(false),
}
export type WeightAttributes = z.infer<z.ZodObject<typeof weightAttributes>>

/** `output` reads as in "unit". */
export function weightFields(output: string): { readonly [name in keyof WeightAttributes]: FieldHelp } {
  return {
    weights: {
      label: 'Weights',
      help: `binary: the sign of a real latent weight, which is what training moves. scaled: that sign times alpha, the mean of the ${output}'s latent magnitudes; products stay XNOR and popcount, and alpha scales their sums. quantized: values of k bits. real: float32.`,
      source: 'binary: Hubara et al. 2016, section 1.1 and Algorithm 1. scaled: XNOR-Net (Rastegari et al. 2016), section 3.1; Bi-Real Net (Liu et al. 2018), section 3.3. quantized: DoReFa-Net (Zhou et al. 2016), section 2.3',
    },
    weightBits: {
      label: 'Weight bits',
      when: { field: 'weights', is: ['quantized'] },
      help: 'k, for quantized weights. 1: the sign times the mean magnitude over the layer; products stay XNOR and popcount, and the gradient passes unchanged. 2 to 8: 2 round((2^k - 1) (tanh(W) / (2 max |tanh(W)|) + 1/2)) / (2^k - 1) - 1, a half to the even neighbour, with the maximum over the layer held fixed in backward; multiplied as float32, so k bits say what a model for other hardware needs. Gradients are never quantized here: DoReFa\'s k-bit gradients save nothing without hardware for them.',
      unit: 'bits',
      source: 'DoReFa-Net, equations 7 and 9; the maximum is a constant in larq, and has a gradient in the released TensorFlow code',
    },
    binarisation: {
      label: 'Binarisation',
      when: { field: 'weights', is: ['binary'] },
      help: 'For binary weights. deterministic: their sign, in training and after. stochastic: drawn anew at every training step, +1 with probability (W + 1) / 2, clipped to 0..1; evaluation takes the real latent weights, so nothing is saved after training.',
      source: 'BinaryConnect (Courbariaux et al. 2015), sections 2.2 and 2.6, and its code; deterministic in Hubara et al. 2016',
    },
    weightMask: {
      label: 'Weight mask',
      when: { field: 'weights', is: ['binary', 'scaled', 'quantized'] },
      help: 'Where the straight-through estimator passes a latent weight its gradient: off everywhere, clip |W| <= 1, strict |W| < 1. With weights clipped to [-1, 1], strict holds those that reached the border.',
      source: 'off in both codes of Hubara et al. 2016; strict in XNOR-Net, section 3.1; clip in larq and in the codes of Bi-Real Net and ReActNet',
    },
    scaleGradient: {
      label: 'Gradient of alpha',
      when: { field: 'weights', is: ['scaled'] },
      help: 'For scaled weights, with g the gradient of alpha sign(W), n weights a filter, and m the weight mask. constant: alpha m g, alpha held fixed. unit: m g. paper: (alpha m + 1/n) g, and with centring that times 1 - 1/inputs. corrected: alpha m g + sign(W)/n times the sum of g sign(W) over the filter, which is the derivative of alpha. The factors n (SGD) and 1e9 (Adam) of the XNOR-Net code are left to the learning rate.',
      source: 'constant: larq\'s magnitude-aware sign. unit: the released codes of Bi-Real Net and ReActNet. paper: XNOR-Net, equation after (8), and its code. corrected: the remark in jiecaoyu/XNOR-Net-PyTorch',
    },
    inputScale: {
      label: 'Input scale K',
      when: { field: 'weights', is: ['scaled'] },
      help: 'For scaled weights: a second input brings the reals whose signs are the first. Their mean magnitude over channels, averaged over the window (zeros where it leaves the picture), scales every sum. Held fixed in backward. Multiplies at every place, which plain XNOR-Nets avoid.',
      source: 'XNOR-Net, section 3.2; its released code leaves K out',
    },
    centred: {
      label: 'Centred',
      when: { field: 'weights', is: ['binary', 'scaled', 'quantized'] },
      help: 'Subtracts from the latent weights, when they start and after every step, their mean over the input channels. Not for Bop, whose weights are +1 and -1.',
      source: 'the XNOR-Net code (meancenterConvParms), not its paper',
    },
    bias: {
      label: 'Bias',
      help: `A real number added to every ${output}. Redundant in front of batch normalisation, and the sums are no longer integers.`,
      source: 'both reference codes keep one, as their libraries do by default',
    },
  }
}

/** Weights of which training uses the sign only, scaled or not. */
export function isLatent({ weights, weightBits }: Pick<WeightAttributes, 'weights' | 'weightBits'>): boolean {
  return weights === 'binary' || weights === 'scaled' || (weights === 'quantized' && weightBits === 1)
}

/** Whether alpha is one for each output, one for the layer, or none. */
export function scaleOf({ weights, weightBits }: Pick<WeightAttributes, 'weights' | 'weightBits'>): 'output' | 'layer' | 'none' {
  return weights === 'scaled' ? 'output' : weights === 'quantized' && weightBits === 1 ? 'layer' : 'none'
}

/** Binary weights that evaluation takes as the reals they are drawn from. */
export function evaluatesReals({ weights, binarisation }: Pick<WeightAttributes, 'weights' | 'binarisation'>): boolean {
  return weights === 'binary' && binarisation === 'stochastic'
}

export function usesInputScale({ weights, inputScale }: Pick<WeightAttributes, 'weights' | 'inputScale'>): boolean {
  return weights === 'scaled' && inputScale
}

/** The bits or values, and with an input scale the reals that they are the signs of. */
export function weightPorts(attributes: Pick<WeightAttributes, 'weights' | 'inputScale'>): readonly string[] {
  return usesInputScale(attributes) ? ['in', 'magnitude'] : ['in']
}

/** The second input must have the shape of the first. */
export function magnitudeProblem(node: string, source: Signal, magnitude: Signal | undefined): Problem | undefined {
  if (!magnitude || (magnitude.shape.length === source.shape.length && magnitude.shape.every((size, at) => size === source.shape[at]))) return undefined
  return {
    code: 'shapesDiffer',
    severity: 'error',
    message: `${node}.magnitude gets ${describeSignal(magnitude)}; it takes the reals whose signs arrive at ${node}.in, which are ${shapeText(source.shape)}`,
    node,
    port: 'magnitude',
    fixes: [{ label: 'Leave out the input scale', node, set: { inputScale: false } }],
  }
}

export interface WeightSizes {
  /** Of what arrives. */
  readonly source: Signal
  /** Inputs that share words, and parts of the depth with words of their own. */
  readonly channels: number
  readonly taps: number
  /** Positions at which every output is computed. */
  readonly places: number
  readonly outputs: number
}

/** What flows on: whole sums only if nothing real is mixed in. */
export function weightFlow(attributes: WeightAttributes, source: Signal): Flow {
  return attributes.weights === 'binary' && !evaluatesReals(attributes) && !attributes.bias && isBinary(source.flow) ? 'integers' : 'reals'
}

function isBinary(flow: Flow): boolean {
  return flow === 'pixels' || flow === 'bits' || flow === 'ternary'
}

/**
 * Counted with every place seeing the whole kernel: taps that fall on padding are in binaryMacs, floatMacs and xnorWords
 * though they are left out of the sums, as the literature counts and since a kernel may well spend the same on them.
 * Word operations count one XNOR with its popcount; each tap's channels fill words of their own, so a tap costs
 * ceil(channels / 32) of them, and eight times that on the bit planes of 8-bit pixels (Hubara et al. 2016, section 1.5); a ternary
 * input adds an AND with the mask, not a popcount.
 * Weights drawn from reals are counted as evaluation uses them. alpha is one more multiplication a sum; K another, with the mean over channels and the box filter that make it.
 * Saved for backward: the input, for the weight gradient, and K. Input that is bits or ternary is counted where it is made.
 */
export function weightCost(attributes: WeightAttributes, { source, channels, taps, places, outputs }: WeightSizes): Cost {
  const { weights, weightBits, bias } = attributes
  const count = taps * channels * outputs
  const binary = isLatent(attributes) && !evaluatesReals(attributes)
  const xnor = binary && isBinary(source.flow)
  const scales = { output: outputs, layer: 1, none: 0 }[scaleOf(attributes)]
  const bits = binary ? 1 : weights === 'quantized' ? weightBits : 32
  const kept = usesInputScale(attributes)
  const planes = source.flow === 'pixels' ? 8 : 1
  const saved = { pixels: 8, bits: 0, ternary: 0, integers: 32, reals: 32 }[source.flow] * elements(source.shape)
  const scaling = (scales > 0 ? places * outputs : 0) + (kept ? places * (outputs + taps) + elements(source.shape) : 0)
  return {
    ...NO_COST,
    realParameters: (binary ? 0 : count) + (bias ? outputs : 0),
    binaryParameters: binary ? count : 0,
    packedBytes: Math.ceil((bits * count) / 8) + 4 * scales + (bias ? 4 * outputs : 0),
    floatMacs: (xnor ? 0 : places * count) + scaling,
    binaryMacs: xnor ? places * count : 0,
    xnorWords: xnor ? planes * places * taps * wordsOf(channels) * outputs : 0,
    savedBits: saved + (kept ? 32 * places : 0),
  }
}
