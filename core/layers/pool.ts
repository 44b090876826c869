import type { AvgPoolAttributes, MaxPoolAttributes } from '../architecture/kinds/pools.ts'
import type { Shape } from '../architecture/signal.ts'
import { windowPlaces } from '../architecture/window.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals, plainGradient, realsValue, rowsOf } from './conversions.ts'
import type { Builder, Built, Context, LayerSite } from './context.ts'
import { channels, words, type Sums, type Value, isFixed } from './values.ts'

/** Sizes as shaders/include/pool.wgsl takes them, and the shape that comes out. */
function poolSizes(context: Context, input: Value, { size, stride, padding }: MaxPoolAttributes): { readonly shape: Shape; readonly sizes: Record<string, number> } {
  const [height, width] = input.shape as readonly [number, number, number]
  const window = { size, stride, padding }
  const shape = [windowPlaces(height, window), windowPlaces(width, window), channels(input)] as const
  const sizes = {
    rows: rowsOf(context, { shape }), images: context.rows, height, width, channels: channels(input), words: words(input),
    out_height: shape[0], out_width: shape[1], window_height: size, window_width: size, stride, padding,
  }
  return { shape, sizes }
}

/**
 * The largest of every window: of sums in front of batch norm, or of bits, where it is an OR. Backward finds the maxima again in
 * its input, which is there or computed again; ties go to the first in the order of taps.
 */
export const buildMaxPool: Builder<MaxPoolAttributes> = (context, site, [input], attributes) => {
  invariant(input?.shape.length === 3, () => `maxPool ${site.id} has no picture`)
  const { program, recipe } = context
  const { shape, sizes } = poolSizes(context, input, attributes)
  const gradientInto = (gradient: Parameters<Built['backward']>[0], kernel: string, reading: Record<string, Tensor>, overrides: Record<string, number>): Tensor => {
    invariant(gradient, () => `no gradient reaches maxPool ${site.id}`)
    const dx = program.tensor('input gradient', 'f32', [rowsOf(context, input), channels(input)])
    program.launch(kernel, { ...reading, g: plainGradient(context, gradient, { shape }), dx }, sizes, overrides)
    return dx
  }
  if (input.flow === 'bits' && !input.presence) {
    const { bits } = input
    const y = program.tensor('bits', 'u32', [rowsOf(context, { shape }), words(input)])
    program.launch('max_pool_bits', { bits, y }, sizes)
    return {
      output: { ...input, shape, bits: y },
      backward: gradient => [{ data: gradientInto(gradient, 'max_pool_bits_backward', { bits }, {}), masks: [], scale: 1 }],
    }
  }
  const source: Sums = input.flow === 'sums' && !input.normalisation ? input : realsValue(input.shape, asReals(context, input))
  const INTEGER = Number(source.integer)
  const pooled = (s: Tensor): Tensor => {
    const y = program.tensor('maxima', source.sums.dtype, [rowsOf(context, { shape }), channels(input)])
    program.launch('max_pool', { s, y }, sizes, { INTEGER })
    return y
  }
  const y = pooled(source.sums)
  const winnersOf = (s: Tensor): Tensor => {
    const winners = program.tensor('winners', 'u32', [rowsOf(context, { shape }), channels(input)])
    program.launch('max_pool_winners', { s, winners }, sizes, { INTEGER })
    return winners
  }
  // Backward of what follows and of this pool want the same sums: they are computed again once.
  let repeated: Tensor | undefined
  const sumsAgain = (): Tensor => (repeated ??= source.again())
  return {
    output: { ...source, shape, sums: y, again: () => (recipe.activations === 'keep' ? y : pooled(sumsAgain())) },
    backward(gradient) {
      if (isFixed(input)) return [undefined]
      const data = attributes.stride >= attributes.size
        ? gradientInto(gradient, 'max_pool_backward_apart', { s: sumsAgain() }, { INTEGER })
        : gradientInto(gradient, 'max_pool_backward', { winners: winnersOf(sumsAgain()) }, {})
      return [{ data, masks: [], scale: 1 }]
    },
  }
}

/** The mean of every window over the positions inside the picture; reals, whatever comes in. */
export const buildAvgPool: Builder<AvgPoolAttributes> = (context, site, [input], attributes) => {
  invariant(input?.shape.length === 3, () => `avgPool ${site.id} has no picture`)
  const { shape, sizes } = poolSizes(context, input, attributes)
  return averaged(context, site, input, shape, sizes)
}

/** The mean of every channel over the whole picture: a vector. */
export const buildGlobalAvgPool: Builder<object> = (context, site, [input]) => {
  invariant(input?.shape.length === 3, () => `globalAvgPool ${site.id} has no picture`)
  const [height, width] = input.shape
  const { sizes } = poolSizes(context, input, { size: 1, stride: 1, padding: 0 })
  return averaged(context, site, input, [channels(input)], { ...sizes, rows: context.rows, out_height: 1, out_width: 1, window_height: height, window_width: width })
}

function averaged(context: Context, { id }: LayerSite, input: Value, shape: Shape, sizes: Record<string, number>): Built {
  const { program } = context
  const y = program.tensor('means', 'f32', [rowsOf(context, { shape }), channels(input)])
  program.launch('avg_pool', { x: asReals(context, input), y }, sizes)
  return {
    output: realsValue(shape, y),
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches the average pool ${id}`)
      if (isFixed(input)) return [undefined]
      const dx = program.tensor('input gradient', 'f32', [rowsOf(context, input), channels(input)])
      program.launch('avg_pool_backward', { g: plainGradient(context, gradient, { shape }), dx }, sizes)
      return [{ data: dx, masks: [], scale: 1 }]
    },
  }
}
