import fc from 'fast-check'
import { expect, test } from 'vitest'
import { latentFigures } from '../../../core/training/layerWatch.ts'

test('one pass over latent weights gives the share at the clip and the mean magnitude', () => {
  const latent = fc.oneof(fc.constantFrom(1, -1, 0), fc.float({ min: -2, max: 2, noNaN: true }))
  fc.assert(fc.property(fc.array(latent, { minLength: 1, maxLength: 500 }), weights => {
    const { clippedShare, meanLatent } = latentFigures(Float32Array.from(weights))
    expect(clippedShare).toBe(weights.filter(weight => weight <= -1 || weight >= 1).length / weights.length)
    expect(meanLatent).toBeCloseTo(weights.reduce((sum, weight) => sum + (weight < 0 ? -weight : weight), 0) / weights.length, 12)
  }))
})
