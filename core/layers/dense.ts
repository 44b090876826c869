import type { DenseAttributes } from '../architecture/kinds/dense.ts'
import { wordsOf } from '../architecture/signal.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals } from './conversions.ts'
import type { Builder, Context } from './context.ts'
import { channels, type Value } from './values.ts'
import { buildWeighted, type Product } from './weighted.ts'
import type { LayerWeights } from './weights.ts'

/**
 * s = x W (+ b). Binary weights: W is the sign of the latent weights, kept packed; the product is XNOR and popcount for bits,
 * exact integer sums for 8-bit pixels, and float times bit for reals. Backward (straight through, Hubara et al. section
 * 1.3): dW = x^T g without a mask, dx = g W^T with the binary W.
 */
export const buildDense: Builder<DenseAttributes> = (context, site, inputs, attributes) => {
  const [input] = inputs
  invariant(input, () => `dense ${site.id} has no input`)
  return buildWeighted(context, site, {
    inputs,
    shape: [attributes.units],
    weights: { depth: channels(input), taps: 1, outputs: attributes.units },
    attributes,
    product: weights => (weights.bits ? binaryProduct(context, input, weights, weights.bits) : realProduct(context, asReals(context, input), weights)),
    inputScale: means => means,
  })
}

function binaryProduct(context: Context, input: Value, { depth, outputs }: LayerWeights, w: Tensor): Product {
  const { program, rows } = context
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
function realProduct(context: Context, a: Tensor, weights: LayerWeights): Product {
  const { program, rows } = context
  const { depth, outputs } = weights
  return {
    integer: false,
    scale: 1,
    forward() {
      const c = program.tensor('sums', 'f32', [rows, outputs])
      program.launch('f32_gemm', { a, b: weights.reals(), c }, { rows, outputs, depth })
      return c
    },
    weightGradient: (g, dw) => { program.launch('f32_gemm_tn', { a, b: g, c: dw }, { rows, outputs, depth, scale: 1 }) },
    inputGradient(g) {
      const dx = program.tensor('input gradient', 'f32', [rows, depth])
      program.launch('f32_gemm_nt', { a: g, b: weights.reals(), c: dx }, { rows, outputs, depth })
      return dx
    },
  }
}
