import type { DenseAttributes } from '../architecture/kinds/dense.ts'
import { wordsOf } from '../architecture/signal.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { Stream } from '../random.ts'
import { asReals, biasGradient, plainGradient } from './conversions.ts'
import type { Builder, Context, Parameter } from './context.ts'
import { layerScale } from './layerScale.ts'
import { channels, type Sums, type Value } from './values.ts'

/**
 * s = x W (+ b). Binary weights: W is the sign of the latent weights, kept packed; the product is XNOR and popcount for bits,
 * exact integer sums for 8-bit pixels, and float times bit for reals. Backward (straight through, Hubara et al. section
 * 1.3): dW = x^T g without a mask, dx = g W^T with the binary W.
 */
export const buildDense: Builder<DenseAttributes> = (context, site, [input], attributes) => {
  invariant(input, () => `dense ${site.id} has no input`)
  const { recipe, program, rows } = context
  const depth = channels(input)
  const outputs = attributes.units
  const binary = attributes.weights === 'binary'
  const bound = binary && recipe.weightInit === 'unit' ? 1 : 1 / Math.sqrt(depth)
  const factor = layerScale(recipe, depth, outputs)
  const weight = context.parameter(site, 'weight', { shape: [depth, outputs], depth, outputs, binary, factor, initial: { kind: 'uniform', low: -bound, high: bound, key: context.key(Stream.initialWeights, site) } })
  const bias = attributes.bias ? context.parameter(site, 'bias', { shape: [outputs], depth: 1, outputs, factor, initial: { kind: 'constant', value: 0 } }) : undefined

  const product: Product = binary ? binaryProduct(context, input, weight) : realProduct(context, asReals(context, input), weight)
  const again = (): Tensor => (recipe.activations === 'keep' ? sums : product.forward())
  const sums = product.forward()
  let output: Sums = { flow: 'sums', shape: [outputs], sums, integer: product.integer, scale: product.scale, again }
  if (bias) {
    const biased = (source: Tensor): Tensor => {
      const y = program.tensor('biased', 'f32', [rows, outputs])
      program.launch('add_bias', { sums: source, bias: bias.tensor, y }, { rows, outputs, scale: product.scale }, { INTEGER: Number(product.integer) })
      return y
    }
    const y = biased(sums)
    output = { flow: 'sums', shape: [outputs], sums: y, integer: false, scale: 1, again: () => (recipe.activations === 'keep' ? y : biased(again())) }
  }
  return {
    output,
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches dense ${site.id}`)
      const g = plainGradient(context, gradient, output)
      const dw = context.gradientTensor(weight)
      product.weightGradient(g, dw)
      context.update(weight, dw)
      if (bias) {
        const total = context.gradientTensor(bias)
        biasGradient(context, g, total, output)
        context.update(bias, total)
      }
      // Nothing trains before the pixels, so their gradient is never computed.
      return [input.flow === 'pixels' ? undefined : { data: product.inputGradient(g), masks: [], scale: 1 }]
    },
  }
}

/** One way to multiply by the weights, with the two products of its backward. */
interface Product {
  readonly integer: boolean
  readonly scale: number
  forward(): Tensor
  weightGradient(g: Tensor, dw: Tensor): void
  inputGradient(g: Tensor): Tensor
}

function binaryProduct(context: Context, input: Value, weight: Parameter): Product {
  const { program, rows } = context
  const { depth, outputs, packed: w } = weight
  invariant(w, () => `${weight.name} has no packed weights`)
  const words = wordsOf(depth)
  const sizes = { rows, outputs, depth, words }
  const inputGradient = (g: Tensor): Tensor => {
    const dx = program.tensor('input gradient', 'f32', [rows, depth])
    program.launch('grad_input', { g, w, dx }, sizes)
    return dx
  }
  const sums = (dtype: Tensor['dtype']): Tensor => program.tensor('sums', dtype, [rows, outputs])

  if (input.flow === 'bits') {
    const { bits: x, presence, scale } = input
    return {
      integer: true,
      scale,
      forward() {
        const y = sums('u32')
        program.launch('xnor_gemm', { a: x, w, y, mask: presence ?? x }, sizes, masked(presence))
        return y
      },
      weightGradient: (g, dw) => { program.launch('grad_weight', { x, g, dw, mask: presence ?? x }, { ...sizes, scale }, masked(presence)) },
      inputGradient,
    }
  }
  if (input.flow === 'pixels') {
    const { pixels, presence, scale, offset } = input
    return {
      integer: false,
      scale: 1,
      forward() {
        const y = sums('f32')
        if (context.inputPath === 'float') {
          program.launch('pixel_gemm_float', { pixels, w, y, mask: presence ?? pixels }, { ...sizes, scale, offset }, masked(presence))
        } else {
          const planes = program.tensor('planes', 'u32', [rows, words, 8])
          program.launch('pack_planes', { pixels, planes, mask: presence ?? pixels }, sizes, masked(presence))
          program.launch('pixel_gemm_planes', { planes, w, y, mask: presence ?? planes }, { ...sizes, scale, offset }, masked(presence))
        }
        return y
      },
      weightGradient: (g, dw) => { program.launch('grad_weight_pixels', { pixels, g, dw, mask: presence ?? pixels }, { ...sizes, scale, offset }, masked(presence)) },
      inputGradient,
    }
  }
  const a = asReals(context, input)
  return {
    integer: false,
    scale: 1,
    forward() {
      const y = sums('f32')
      program.launch('float_bit_gemm', { a, w, y }, sizes)
      return y
    },
    weightGradient: (g, dw) => { program.launch('grad_weight_float', { x: a, g, dw }, { ...sizes, scale: 1 }) },
    inputGradient,
  }
}

/** Kernels that can be masked bind a mask in any case: without one, a tensor that they read anyway, which then goes unread there. */
function masked(presence: Tensor | undefined): Record<string, number> {
  return presence ? { MASKED: 1 } : {}
}

/** float32 times float32: layers with real weights, and the float twin of a network. */
function realProduct(context: Context, a: Tensor, weight: Parameter): Product {
  const { program, rows } = context
  const { depth, outputs, tensor: b } = weight
  return {
    integer: false,
    scale: 1,
    forward() {
      const c = program.tensor('sums', 'f32', [rows, outputs])
      program.launch('f32_gemm', { a, b, c }, { rows, outputs, depth })
      return c
    },
    weightGradient: (g, dw) => { program.launch('f32_gemm_tn', { a, b: g, c: dw }, { rows, outputs, depth, scale: 1 }) },
    inputGradient(g) {
      const dx = program.tensor('input gradient', 'f32', [rows, depth])
      program.launch('f32_gemm_nt', { a: g, b, c: dx }, { rows, outputs, depth })
      return dx
    },
  }
}
