import type { DropoutAttributes } from '../architecture/kinds/dropout.ts'
import { invariant } from '../errors.ts'
import { Stream } from '../random.ts'
import { asReals, oneMask, realsValue, rowsOf } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels, words, type Value } from './values.ts'

/**
 * Keeps each value with probability 1 - rate and divides it by that, in training only. On bits and pixels it is a mask of bits
 * beside them, so products stay XNOR and popcount: a dropped input counts as 0, a kept one as +-1 / (1 - rate).
 */
export const buildDropout: Builder<DropoutAttributes> = (context, site, [input], { rate }) => {
  invariant(input, () => `dropout ${site.id} has no input`)
  if (!context.training || rate === 0) return { output: input, backward: gradient => [gradient] }
  const { program } = context
  const rows = rowsOf(context, input)
  const outputs = channels(input)
  const sizes = { rows, outputs, words: words(input) }
  const kept = 1 / (1 - rate)
  const presence = program.tensor('dropout mask', 'u32', [rows, sizes.words])
  const [key0, key1] = context.key(Stream.dropout, site)
  program.launch('dropout_mask', { presence }, { ...sizes, rate, key0, key1, first_row: 0 })

  let output: Value
  if (input.flow === 'sums') {
    const y = program.tensor('kept', 'f32', [rows, outputs])
    program.launch('apply_mask', { x: asReals(context, input), mask: presence, y }, { ...sizes, scale: kept })
    output = realsValue(input.shape, y)
  } else {
    const both = input.presence ? oneMask(context, { data: presence, masks: [input.presence, presence], scale: 1 }) : presence
    invariant(both, () => `dropout ${site.id} has no mask`)
    const scaled = { scale: input.scale * kept, presence: both }
    output = input.flow === 'pixels' ? { ...input, ...scaled, offset: input.offset * kept } : { ...input, ...scaled }
  }
  return { output, backward: gradient => [gradient && { ...gradient, masks: [...gradient.masks, presence], scale: gradient.scale * kept }] }
}
