import { usesInputScale, type WeightAttributes } from '../architecture/kinds/weights.ts'
import type { Shape } from '../architecture/signal.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals, biasGradient, plainGradient, realsValue, rowsOf, sumReading } from './conversions.ts'
import type { Built, Context, LayerSite, Parameter } from './context.ts'
import { channels, type Gradient, type Sums, type Value } from './values.ts'
import { layerScale } from './layerScale.ts'
import { layerWeights, type LayerWeights, type WeightShape } from './weights.ts'

/** One way to multiply by the weights, with the two products of its backward. Sums mean scale * sum, without alpha. */
export interface Product {
  readonly integer: boolean
  readonly scale: number
  forward(): Tensor
  weightGradient(g: Tensor, dw: Tensor): void
  inputGradient(g: Tensor): Tensor
}

export interface Weighted {
  readonly inputs: readonly Value[]
  /** Of the output. */
  readonly shape: Shape
  readonly weights: WeightShape
  readonly attributes: WeightAttributes
  product(weights: LayerWeights): Product
  /** The map K [rows of the output] from mean magnitudes [rows of the input]. */
  inputScale(means: Tensor): Tensor
}

/** What dense layers and convolutions share around their products: weights, scales, bias, and backward in the same order. */
export function buildWeighted(context: Context, site: LayerSite, { inputs, shape, weights: size, attributes, ...of }: Weighted): Built {
  const { recipe, program } = context
  const [input, magnitude] = inputs
  invariant(input, () => `${site.id} has no input`)
  const { outputs, depth, taps } = size
  const rows = rowsOf(context, { shape })
  const weights = layerWeights(context, site, size, attributes)
  const bias = attributes.bias ? context.parameter(site, 'bias', { shape: [outputs], depth: 1, outputs, factor: layerScale(recipe, depth, taps * outputs), initial: { kind: 'constant', value: 0 } }) : undefined
  const product = of.product(weights)
  const inputScale = usesInputScale(attributes) && magnitude ? of.inputScale(meanMagnitudes(context, magnitude)) : undefined
  const plain = !bias && !weights.magnitudes
  const compute = (): Tensor => {
    const sums = product.forward()
    return plain ? sums : finished(context, { sums, rows, outputs, product, weights, inputScale, bias })
  }
  const sums = compute()
  const output: Sums = { flow: 'sums', shape, sums, integer: plain && product.integer, scale: plain ? product.scale : 1, again: () => (recipe.activations === 'keep' ? sums : compute()) }
  return {
    output,
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches ${site.id}`)
      const g = plainGradient(context, gradient, output)
      const scaled = (source: Tensor, by: { readonly alpha: boolean; readonly inputScale: boolean }): Tensor => {
        const { magnitudes, share } = weights
        const alpha = by.alpha ? magnitudes : undefined
        const k = by.inputScale ? inputScale : undefined
        if (!alpha && !k) return source
        const y = program.tensor('scaled gradient', 'f32', [rows, outputs])
        program.launch('scale_gradient', { g: source, magnitudes: alpha ?? source, input_scale: k ?? source, y }, { rows, outputs, share }, { ALPHA: Number(alpha !== undefined), INPUT_SCALE: Number(k !== undefined) })
        return y
      }
      const ofSums = scaled(g, { alpha: false, inputScale: true })
      weights.update(dw => { product.weightGradient(ofSums, dw) })
      if (bias) {
        const total = context.gradientTensor(bias)
        biasGradient(context, g, total, output)
        context.update(bias, total)
      }
      // Nothing trains before the pixels, so their gradient is never computed.
      const onInput: Gradient | undefined = input.flow === 'pixels' ? undefined : { data: product.inputGradient(scaled(ofSums, { alpha: true, inputScale: false })), masks: [], scale: 1 }
      return magnitude ? [onInput, undefined] : [onInput]
    },
  }
}

interface Unfinished {
  readonly sums: Tensor
  readonly rows: number
  readonly outputs: number
  readonly product: Product
  readonly weights: LayerWeights
  readonly inputScale: Tensor | undefined
  readonly bias: Parameter | undefined
}

/** Sums with all that is multiplied and added after them, as float32. */
function finished({ program }: Context, { sums, rows, outputs, product, weights: { magnitudes, share }, inputScale, bias }: Unfinished): Tensor {
  const y = program.tensor(magnitudes ? 'scaled' : 'biased', 'f32', [rows, outputs])
  const INTEGER = Number(product.integer)
  if (magnitudes) {
    program.launch(
      'scale_sums',
      { sums, magnitudes, input_scale: inputScale ?? sums, bias: bias?.tensor ?? magnitudes, y },
      { rows, outputs, scale: product.scale, share },
      { INTEGER, INPUT_SCALE: Number(inputScale !== undefined), BIAS: Number(bias !== undefined) },
    )
  } else if (bias) {
    program.launch('add_bias', { sums, bias: bias.tensor, y }, { rows, outputs, scale: product.scale }, { INTEGER })
  }
  return y
}

/** [rows]: the mean over channels of a value's magnitude, at every position. */
function meanMagnitudes(context: Context, value: Value): Tensor {
  const source = value.flow === 'sums' ? value : realsValue(value.shape, asReals(context, value))
  const rows = rowsOf(context, source)
  const y = context.program.tensor('mean magnitudes', 'f32', [rows])
  const { tensors, overrides } = sumReading(source)
  context.program.launch('row_magnitudes', { ...tensors, y }, { rows, outputs: channels(source), scale: source.scale }, overrides)
  return y
}
