import { evaluatesReals, isLatent, scaleOf, type WeightAttributes } from '../architecture/kinds/weights.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { Stream } from '../random.ts'
import { splitRows, sumParts } from './conversions.ts'
import { wordsOfTaps, type Context, type LayerSite, type Parameter } from './context.ts'
import { layerScale } from './layerScale.ts'

export interface WeightShape {
  readonly depth: number
  /** Parts of the depth whose bits fill words of their own. */
  readonly taps: number
  readonly outputs: number
}

/** The weights of a dense layer or convolution as its products use them, and the way from their gradient to that of the latent ones. */
export interface LayerWeights extends WeightShape {
  readonly name: string
  /** Packed signs [words][outputs]; without them the products use `reals`. */
  readonly bits: Tensor | undefined
  /** The same weights, without alpha, as float32 [depth][outputs]. Each call may launch what computes them. */
  reals(): Tensor
  /** Sums of magnitudes [outputs] of scaled weights, whose alpha is `share` times that. */
  readonly magnitudes: Tensor | undefined
  readonly share: number
  /** Hands the gradient over for the update: `launch` fills the tensor with that of the weights used, alpha included. */
  update(launch: (dw: Tensor) => void): void
}

/** One parameter, `weight`, and what `attributes` make of it. */
export function layerWeights(context: Context, site: LayerSite, { depth, taps, outputs }: WeightShape, attributes: WeightAttributes): LayerWeights {
  const { program, recipe } = context
  const latent = isLatent(attributes)
  const sampled = evaluatesReals(attributes)
  const bound = latent && recipe.weightInit === 'unit' ? 1 : 1 / Math.sqrt(depth)
  const bop = latent && recipe.optimizer.kind === 'bop'
  const parameter = context.parameter(site, 'weight', {
    shape: [depth, outputs], depth, taps, outputs, weight: true, latent, packs: latent && !sampled, centred: latent && attributes.centred && !bop,
    factor: layerScale(recipe, depth, taps * outputs),
    initial: { kind: 'uniform', low: -bound, high: bound, key: context.key(Stream.initialWeights, site), signs: bop },
  })
  const packed = sampled && context.training ? sample(context, site, parameter) : parameter.packed
  const scale = scaleOf(attributes)
  const magnitudes = scale === 'none' ? undefined : sumsOfMagnitudes(context, parameter, scale)
  const quantized = attributes.weights === 'quantized' && !latent
  const largest = quantized ? largestMagnitude(context, parameter) : undefined
  return {
    depth, taps, outputs, name: parameter.name, bits: context.arithmetic === 'float32' ? undefined : packed, magnitudes, share: scale === 'layer' ? 1 / (depth * outputs) : 1 / depth,
    reals() {
      if (largest) {
        const q = program.tensor('quantized weights', 'f32', [depth, outputs])
        program.launch('quantise_weights', { latent: parameter.tensor, largest, q }, { depth, outputs, levels: 2 ** attributes.weightBits - 1 })
        return q
      }
      if (!packed) return parameter.tensor
      const signs = program.tensor('signs', 'f32', [depth, outputs])
      program.launch('unpack_weights', { packed, signs }, { outputs, ...wordsOfTaps(depth, taps) })
      return signs
    },
    update(launch) {
      const dw = context.gradientTensor(parameter)
      launch(dw)
      if (latent) latentGradient(context, parameter, attributes, magnitudes, dw)
      if (largest) program.launch('quantised_gradient', { latent: parameter.tensor, largest, gradient: dw }, { depth, outputs })
      context.update(parameter, dw)
    },
  }
}

/** Bits drawn anew at every step: +1 with probability (W + 1) / 2, clipped to 0..1. */
function sample(context: Context, site: LayerSite, { tensor, depth, taps, outputs }: Parameter): Tensor {
  const sizes = wordsOfTaps(depth, taps)
  const packed = context.program.tensor('sampled weights', 'u32', [sizes.words, outputs])
  const [key0, key1] = context.key(Stream.stochasticWeights, site)
  context.program.launch('sample_weights', { latent: tensor, packed }, { outputs, ...sizes, key0, key1, first_word: 0 })
  return packed
}

/** [outputs]: sum over each filter of |W|, or over the whole layer for each of them. */
function sumsOfMagnitudes(context: Context, { tensor, depth, outputs }: Parameter, over: 'output' | 'layer'): Tensor {
  const { program } = context
  const summed = (x: Tensor, rows: number, columns: number): Tensor => {
    const { part_rows, parts } = splitRows(rows)
    const total = program.tensor('magnitudes', 'f32', [1, columns])
    sumParts(context, parts, total, [1, columns], to => { program.launch('sum_rows', { x, parts: to }, { rows, outputs: columns, part_rows, first_part: 0, scale: 1 }, { MAGNITUDE: 1 }) })
    return total
  }
  const ofOutputs = summed(tensor, depth, outputs)
  if (over === 'output') return ofOutputs
  const y = program.tensor('magnitudes', 'f32', [1, outputs])
  program.launch('repeat_value', { x: summed(ofOutputs, outputs, 1), y }, { outputs })
  return y
}

/** [1]: max |W| over the layer. */
function largestMagnitude({ program }: Context, { tensor, depth, outputs }: Parameter): Tensor {
  const pass = (x: Tensor, rows: number, columns: number): Tensor => {
    const { part_rows, parts } = splitRows(rows)
    const largest = program.tensor('largest', 'f32', [parts, columns])
    program.launch('largest_rows', { x, parts: largest }, { rows, outputs: columns, part_rows, first_part: 0 })
    return parts * columns === 1 ? largest : pass(largest, parts * columns, 1)
  }
  return pass(tensor, depth, outputs)
}

/** From the gradient of the weights used to that of the latent ones, in place (bnn-spec section 4). */
function latentGradient(context: Context, { tensor: latent, depth, taps, outputs }: Parameter, { weights, weightMask, scaleGradient: chosen, centred }: WeightAttributes, magnitudes: Tensor | undefined, gradient: Tensor): void {
  // DoReFa-Net passes the gradient of its one-bit weights on as it is.
  const scaleGradient = weights === 'quantized' ? 'unit' : chosen
  if ((!magnitudes || scaleGradient === 'unit') && weightMask === 'off') return
  const { program } = context
  const paper = magnitudes && scaleGradient === 'paper'
  const signed = magnitudes && scaleGradient === 'corrected' ? program.tensor('signed sums', 'f32', [1, outputs]) : undefined
  if (signed) {
    const { part_rows, parts } = splitRows(depth)
    sumParts(context, parts, signed, [1, outputs], to => { program.launch('sum_signed_rows', { x: gradient, latent, parts: to }, { rows: depth, outputs, part_rows, first_part: 0 }) })
  }
  program.launch(
    'latent_gradient',
    { latent, magnitudes: magnitudes ?? latent, signed: signed ?? latent, gradient },
    { depth, outputs, share: 1 / depth, constant: paper ? 1 / depth : 0, factor: paper && centred ? 1 - taps / depth : 1 },
    { ALPHA: Number(magnitudes !== undefined && scaleGradient !== 'unit'), MASK: { off: 0, clip: 1, strict: 2 }[weightMask], CORRECTED: Number(signed !== undefined) },
  )
}
