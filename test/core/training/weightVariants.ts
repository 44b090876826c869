import fc from 'fast-check'

/** What dense layers and convolutions may say of their weights, apart from which they are. */
export const weightVariants = {
  weightBits: fc.constantFrom(1, 2, 2, 3, 4),
  binarisation: fc.constantFrom('deterministic', 'stochastic'),
  weightMask: fc.constantFrom('off', 'clip', 'strict'),
  scaleGradient: fc.constantFrom('constant', 'unit', 'paper', 'corrected'),
  inputScale: fc.boolean(),
  centred: fc.constantFrom(false, false, true),
}
