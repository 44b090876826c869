import type { SignAttributes } from '../architecture/kinds/sign.ts'
import { invariant } from '../errors.ts'
import { Stream } from '../random.ts'
import { asReals, realsValue, rowsOf, sumReading } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels, words } from './values.ts'

/**
 * The sign of a value as bits. Its gradient passes where |y| <= 1 (strict: < 1), the straight-through estimator; that mask is one
 * bit a value, written together with the sign. Stochastic signs are drawn in training only (bnn-spec section 3).
 */
export const buildSign: Builder<SignAttributes> = (context, site, [input], attributes) => {
  invariant(input, () => `sign ${site.id} has no input`)
  const { program, training } = context
  const source = input.flow === 'sums' ? input : realsValue(input.shape, asReals(context, input))
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const shape = [rows, words(source)]
  const zero = attributes.zero === 'zero'
  const bits = program.tensor('bits', 'u32', shape)
  const gradient_mask = program.tensor('straight-through mask', 'u32', shape)
  const presence = program.tensor('presence', 'u32', shape)
  const [key0, key1] = context.key(Stream.stochasticSign, site)
  const { tensors, overrides } = sumReading(source)
  program.launch(
    'sign_pack',
    { ...tensors, bits, gradient_mask, presence },
    { rows, outputs, words: words(source), scale: source.scale, key0, key1 },
    { ...overrides, STRICT: Number(attributes.gradient === 'strict'), STOCHASTIC: Number(training && attributes.mode === 'stochastic'), ZERO: Number(zero) },
  )
  return {
    output: { flow: 'bits', shape: source.shape, bits, scale: 1, ...(zero && { presence }) },
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches sign ${site.id}`)
      return [input.flow === 'pixels' ? undefined : { ...gradient, masks: [...gradient.masks, gradient_mask] }]
    },
  }
}
