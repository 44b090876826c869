import { windowOfConvolution, type Conv2dAttributes } from '../architecture/kinds/conv2d.ts'
import { wordsOf } from '../architecture/signal.ts'
import { windowPlaces } from '../architecture/window.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals, rowsOf, sumParts } from './conversions.ts'
import type { Builder, Context } from './context.ts'
import { channels, words, type Shaped, type Value } from './values.ts'
import { buildWeighted, type Product } from './weighted.ts'
import type { LayerWeights } from './weights.ts'

/** Rows that one part of a weight gradient adds up, and bytes that all parts may take together. */
const PART_ROWS = 4096
const PARTS_BYTES = 2 ** 26

/**
 * A convolution (cross-correlation) as an implicit product over taps: XNOR and popcount on bits, whole sums on 8-bit pixels,
 * float32 else. Zero padding is exact: taps outside the picture are skipped, in both directions. Backward is straight
 * through, as in dense: dW correlates the input with the gradient, dx is the transposed convolution with the binary weights.
 */
export const buildConv2d: Builder<Conv2dAttributes> = (context, site, inputs, attributes) => {
  const [input] = inputs
  invariant(input?.shape.length === 3, () => `conv2d ${site.id} has no picture`)
  const window = windowOfConvolution(attributes)
  const [height, width, depth] = input.shape
  const outputs = attributes.filters
  const taps = window.size ** 2
  const shape = [windowPlaces(height, window), windowPlaces(width, window), outputs] as const
  const rows = rowsOf(context, { shape })
  const lines = linesOfPart(context.rows, shape, taps * depth * outputs)
  const sizes = {
    rows, images: context.rows, height, width, channels: depth, words: words(input), outputs, out_height: shape[0], out_width: shape[1],
    kernel: window.size, stride: window.stride, padding: window.padding, lines, first_part: 0, scale: 1, offset: 0,
  }
  return buildWeighted(context, site, {
    inputs,
    shape,
    weights: { depth: taps * depth, taps, outputs },
    attributes,
    product: weights => productOf(context, { input, weights, sizes, parts: Math.ceil((context.rows * shape[0]) / lines) }),
    inputScale(means) {
      const y = context.program.tensor('input scale', 'f32', [rows])
      context.program.launch('box_filter', { a: means, y }, { ...sizes })
      return y
    },
  })
}

/**
 * Output lines (image, y) that one part of the weight gradient adds up: a divisor of a picture's lines or a multiple of them, so
 * that a batch can be cut between images and parts at once (core/gpu/split.ts). It depends on shapes alone, never on the
 * adapter, so that the gradient's bits do not either; parts also keep a float32 sum over 50,000 rows from losing digits.
 */
export function linesOfPart(images: number, [height, width]: readonly [number, number, number], weights: number): number {
  const wanted = Math.ceil((images * height * width) / PART_ROWS)
  const affordable = Math.floor(PARTS_BYTES / (4 * weights))
  const lines = Math.ceil((images * height) / Math.max(1, Math.min(wanted, affordable)))
  if (lines >= height) return Math.ceil(lines / height) * height
  let divisor = lines
  while (height % divisor !== 0) divisor++
  return divisor
}

interface Convolution {
  readonly input: Value
  readonly weights: LayerWeights
  /** As shaders/include/conv.wgsl takes them. */
  readonly sizes: Readonly<Record<'rows' | 'images' | 'height' | 'width' | 'channels' | 'words' | 'outputs' | 'out_height' | 'out_width' | 'kernel' | 'stride' | 'padding' | 'lines' | 'scale' | 'offset', number>>
  /** Of the weight gradient's sum. */
  readonly parts: number
}

function productOf(context: Context, convolution: Convolution): Product {
  const { input, weights: { bits: w, depth, outputs }, sizes, parts } = convolution
  if (!w || input.flow === 'sums') return realProduct(context, convolution)
  const { program } = context
  const sums = (dtype: Tensor['dtype']): Tensor => program.tensor('sums', dtype, [sizes.rows, outputs])
  const inputGradient = (g: Tensor): Tensor => {
    const dx = inputTensor(context, input)
    program.launch('conv_grad_input', { g, w, dx }, { ...sizes })
    return dx
  }
  const overrides = { MASKED: Number(input.presence !== undefined) }
  if (input.flow === 'bits') {
    const { bits: x, presence: mask = x, scale } = input
    return {
      integer: true,
      scale,
      forward() {
        const y = sums('u32')
        program.launch('xnor_conv', { a: x, mask, w, y }, { ...sizes }, overrides)
        return y
      },
      weightGradient: (g, dw) => { sumParts(context, parts, dw, [depth, outputs], to => { program.launch('conv_grad_weight', { x, mask, g, parts: to }, { ...sizes, scale }, overrides) }) },
      inputGradient,
    }
  }
  const { pixels, presence: mask = pixels, scale, offset } = input
  return {
    integer: false,
    scale: 1,
    forward() {
      const y = sums('f32')
      program.launch('pixel_conv', { pixels, mask, w, y }, { ...sizes, scale, offset }, overrides)
      return y
    },
    weightGradient: (g, dw) => { sumParts(context, parts, dw, [depth, outputs], to => { program.launch('conv_grad_weight_pixels', { pixels, mask, g, parts: to }, { ...sizes, scale, offset }, overrides) }) },
    inputGradient,
  }
}

/** float32 times float32: real weights, or real input, for which bit weights become +-1. */
function realProduct(context: Context, { input, weights, sizes, parts }: Convolution): Product {
  const { program } = context
  const { bits, depth, outputs } = weights
  const a = asReals(context, input)
  return {
    integer: false,
    scale: 1,
    forward() {
      const c = program.tensor('sums', 'f32', [sizes.rows, outputs])
      program.launch('f32_conv', { a, b: weights.reals(), c }, { ...sizes })
      return c
    },
    weightGradient: (g, dw) => { sumParts(context, parts, dw, [depth, outputs], to => { program.launch('f32_conv_grad_weight', { a, g, parts: to }, { ...sizes }) }) },
    inputGradient(g) {
      const dx = inputTensor(context, input)
      if (bits) program.launch('conv_grad_input', { g, w: bits, dx }, { ...sizes })
      else if (sizes.stride === 1 && sizes.padding < sizes.kernel) convolveBack(context, g, weights.reals(), sizes, dx)
      else program.launch('f32_conv_grad_input', { g, b: weights.reals(), dx }, { ...sizes })
      return dx
    },
  }
}

/** The gradient to the input of a convolution of stride 1 is a convolution itself, with turned weights: what makes those fast serves here too. */
export function convolveBack({ program }: Pick<Context, 'program'>, g: Tensor, b: Tensor, sizes: Convolution['sizes'], dx: Tensor): void {
  const { images, height, width, channels, outputs, out_height, out_width, kernel, padding } = sizes
  const turned = program.tensor('turned weights', 'f32', [kernel ** 2 * outputs, channels])
  program.launch('turn_weights', { b, y: turned }, { taps: kernel ** 2, channels, outputs })
  program.launch('f32_conv', { a: g, b: turned, c: dx }, {
    ...sizes, rows: images * height * width, height: out_height, width: out_width, channels: outputs, words: wordsOf(outputs), outputs: channels,
    out_height: height, out_width: width, padding: kernel - 1 - padding,
  })
}

function inputTensor(context: Context, input: Shaped): Tensor {
  return context.program.tensor('input gradient', 'f32', [rowsOf(context, input), channels(input)])
}
