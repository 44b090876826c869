import type { ActivationAttributes } from '../architecture/kinds/activation.ts'
import { invariant } from '../errors.ts'
import { asReals, realsValue, rowsOf, sumReading } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels, words } from './values.ts'

/** A real activation (relu, hardTanh); where its gradient passes is kept as one bit a value. */
export const buildActivation: Builder<ActivationAttributes> = (context, site, [input], attributes) => {
  invariant(input, () => `activation ${site.id} has no input`)
  const { program } = context
  const source = input.flow === 'sums' ? input : realsValue(input.shape, asReals(context, input))
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const y = program.tensor('activation', 'f32', [rows, outputs])
  const gradient_mask = program.tensor('gradient mask', 'u32', [rows, words(source)])
  const { tensors, overrides } = sumReading(source)
  program.launch('activation', { ...tensors, y, gradient_mask }, { rows, outputs, words: words(source), scale: source.scale }, { ...overrides, HARD_TANH: Number(attributes.function === 'hardTanh') })
  return {
    output: realsValue(source.shape, y),
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches activation ${site.id}`)
      return [input.flow === 'pixels' ? undefined : { ...gradient, masks: [...gradient.masks, gradient_mask] }]
    },
  }
}
