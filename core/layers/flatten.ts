import { elements } from '../architecture/signal.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals, plainGradient, realsValue } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels, positions, type Value, isFixed } from './values.ts'

/**
 * A picture as a vector, in the order height, width, channels. Sums, and bits whose channels fill whole words, keep their
 * memory; other bits are moved together. Batch norm, which has a gamma for each channel of the picture, is applied first.
 */
export const buildFlatten: Builder<object> = (context, site, [input]) => {
  invariant(input, () => `flatten ${site.id} has no input`)
  const { program, rows } = context
  const shape = [elements(input.shape)] as const
  const joined = (name: string, bits: Tensor): Tensor => {
    if (positions(input) === 1 || channels(input) % 32 === 0) return bits
    const y = program.tensor(name, 'u32', [rows, Math.ceil(shape[0] / 32)])
    program.launch('flatten_bits', { x: bits, y }, { rows, positions: positions(input), channels: channels(input) })
    return y
  }
  const presence = input.flow !== 'sums' && input.presence && { presence: joined('presence', input.presence) }
  let output: Value
  if (input.flow === 'bits') output = { ...input, shape, bits: joined('bits', input.bits), ...presence }
  else if (input.flow === 'pixels') output = { ...input, shape, ...presence }
  else output = input.normalisation ? realsValue(shape, asReals(context, input)) : { ...input, shape, again: () => input.again() }
  return {
    output,
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches flatten ${site.id}`)
      // Masks of the vector have other words than those of the picture, so they are applied here.
      return [isFixed(input) ? undefined : { data: plainGradient(context, gradient, output), masks: [], scale: 1 }]
    },
  }
}
