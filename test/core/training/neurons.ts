/** Everything that a layer may activate by, drawn at random. */
import fc from 'fast-check'
import type { Attributes } from '../../../core/architecture/document.ts'

const sign = fc.record({
  mode: fc.constantFrom('deterministic', 'stochastic'),
  gradient: fc.constantFrom('clip', 'strict', 'approxSign', 'swishSign'),
  threshold: fc.constantFrom('fixed', 'fixed', 'learned'),
  zero: fc.constantFrom('plus', 'plus', 'zero'),
})

/** A kind with its attributes. */
export const neuron: fc.Arbitrary<readonly [kind: string, attributes: Attributes]> = fc.oneof(
  { weight: 4, arbitrary: sign.map(attributes => ['sign', attributes] as const) },
  { weight: 2, arbitrary: fc.constantFrom('relu', 'hardTanh', 'clip01', 'prelu', 'rpRelu').map(name => ['activation', { function: name }] as const) },
  { weight: 1, arbitrary: fc.constantFrom(1, 2, 3, 5).map(bits => ['quantize', { bits }] as const) },
)
