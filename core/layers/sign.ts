import type { SignAttributes } from '../architecture/kinds/sign.ts'
import { invariant } from '../errors.ts'
import { thresholdSign } from '../inference/thresholds.ts'
import { Stream } from '../random.ts'
import { asReals, biasGradient, oneMask, plainGradient, realsValue, rowsOf, sumReading } from './conversions.ts'
import type { Builder } from './context.ts'
import { channels, isFixed, positions, words, type Gradient, type Value } from './values.ts'

/**
 * The sign of a value, less a learned threshold of the channel if there is one, as bits. What stands in for its slope in backward, the
 * straight-through estimator, either passes the gradient or not, where |y| <= 1 (strict: < 1), which is one bit a value,
 * written together with the sign; or it is a number, computed from the value once more. Stochastic signs are drawn in
 * training only (bnn-spec section 3).
 */
export const buildSign: Builder<SignAttributes> = (context, site, [input], attributes) => {
  invariant(input, () => `sign ${site.id} has no input`)
  const { program, training, ports, arithmetic } = context
  const source = input.flow === 'sums' ? input : realsValue(input.shape, asReals(context, input))
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const shape = [rows, words(source)]
  const zero = attributes.zero === 'zero'
  const masks = attributes.gradient === 'clip' || attributes.gradient === 'strict'
  const learned = attributes.threshold === 'learned' ? context.parameter(site, 'threshold', { shape: [outputs], depth: 1, outputs, factor: 1, initial: { kind: 'constant', value: 0 } }) : undefined
  const threshold = learned?.tensor ?? source.sums
  const THRESHOLD = Number(learned !== undefined)

  const bits = program.tensor('bits', 'u32', shape)
  // A binding may not be empty: what is not written is one vec4.
  const gradient_mask = masks ? program.tensor('straight-through mask', 'u32', shape) : program.tensor('no mask', 'u32', [4])
  const presence = program.tensor('presence', 'u32', shape)
  const [key0, key1] = context.key(Stream.stochasticSign, site)
  const { tensors, overrides } = sumReading(source)
  if (arithmetic === 'packed') thresholdSign(context, { source, learned: learned?.tensor, zero, bits, presence })
  else {
    program.launch(
      'sign_pack',
      { ...tensors, threshold, bits, gradient_mask, presence },
      { rows, outputs, words: words(source), scale: source.scale, key0, key1, first_row: 0 },
      { ...overrides, THRESHOLD, MASKS: Number(masks), STRICT: Number(attributes.gradient === 'strict'), STOCHASTIC: Number(training && attributes.mode === 'stochastic'), ZERO: Number(zero) },
    )
  }
  if (!training) {
    program.launch(
      'count_bits',
      { bits, presence: zero ? presence : bits, counts: ports.positives },
      { rows, words: words(source), positions: positions(source), places: ports.positives.shape[1] as number, place: site.ordinal, first_row: 0 },
      { PRESENCE: Number(zero) },
    )
  }
  const throughSlope = (gradient: Gradient): Gradient => {
    const mask = oneMask(context, gradient)
    const dx = program.tensor('input gradient', 'f32', [rows, outputs])
    const sums = source.again()
    program.launch(
      'sign_gradient',
      { ...sumReading(source, sums).tensors, threshold: learned?.tensor ?? sums, g: gradient.data, mask: mask ?? gradient.data, dx },
      { rows, outputs, words: words(source), scale: source.scale, g_scale: gradient.scale },
      { ...overrides, THRESHOLD, MASKED: Number(mask !== undefined), SWISH: Number(attributes.gradient === 'swishSign') },
    )
    return { data: dx, masks: [], scale: 1 }
  }
  const output: Value = { flow: 'bits', shape: source.shape, bits, scale: 1, ...(zero && { presence }) }
  return {
    output: arithmetic === 'float32' ? realsValue(source.shape, asReals(context, output)) : output,
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches sign ${site.id}`)
      let passed = masks ? { ...gradient, masks: [...gradient.masks, gradient_mask] } : throughSlope(gradient)
      if (learned) {
        const g = plainGradient(context, passed, source)
        const total = context.gradientTensor(learned)
        biasGradient(context, g, total, source, -1)
        context.update(learned, total)
        passed = { data: g, masks: [], scale: 1 }
      }
      return [isFixed(input) ? undefined : passed]
    },
  }
}
