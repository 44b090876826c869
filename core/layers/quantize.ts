import type { QuantizeAttributes } from '../architecture/kinds/quantize.ts'
import { invariant } from '../errors.ts'
import { asReals, realsValue, rowsOf, sumReading } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels, words } from './values.ts'

/** k-bit activations of DoReFa-Net as float32; straight through on 0..1, which is kept as one bit a value. */
export const buildQuantize: Builder<QuantizeAttributes> = (context, site, [input], { bits }) => {
  invariant(input, () => `quantize ${site.id} has no input`)
  const { program } = context
  const source = input.flow === 'sums' ? input : realsValue(input.shape, asReals(context, input))
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const levels = 2 ** bits - 1
  const y = program.tensor('levels', 'f32', [rows, outputs])
  const gradient_mask = program.tensor('gradient mask', 'u32', [rows, words(source)])
  const { tensors, overrides } = sumReading(source)
  program.launch('quantize', { ...tensors, y, gradient_mask }, { rows, outputs, words: words(source), scale: source.scale, levels, spacing: 1 / levels }, overrides)
  return {
    output: realsValue(source.shape, y),
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches quantize ${site.id}`)
      return [input.flow === 'pixels' ? undefined : { ...gradient, masks: [...gradient.masks, gradient_mask] }]
    },
  }
}
