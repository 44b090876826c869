import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { packKernels } from '../../oracle/bits.ts'
import { describeWorst, firstDifference, relativeError } from '../../oracle/compare.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { Margins } from '../../oracle/margins.ts'
import { at } from '../../oracle/numbers.ts'
import { bop } from '../../oracle/optimizers.ts'
import { alphas, centreWeights, latentGradient, usedWeights, type WeightOptions } from '../../oracle/weights.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { runKernel } from '../../support/run-kernel.ts'

const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261125 }
const sizes = fc.record({ channels: fc.integer({ min: 1, max: 70 }), taps: fc.constantFrom(1, 4, 9), outputs: fc.integer({ min: 1, max: 70 }), seed: fc.integer({ min: 0, max: 1e6 }) })
type Sizes = typeof sizes extends fc.Arbitrary<infer T> ? T : never

/** Latent weights beyond [-1, 1] too, one in eight of them on the border or 0, where masks and signs are decided. */
function latentWeights({ channels, taps, outputs, seed }: Sizes): Float32Array<ArrayBuffer> {
  const kinds = uniformValues(channels * taps * outputs, seed + 9, 0, 24)
  return Float32Array.from(uniformValues(kinds.length, seed, -2, 2), (w, i) => [1, -1, 0][Math.floor(at(kinds, i))] ?? w)
}

describe.each(adapters)('kernels of latent weights on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  const options = fc.record<WeightOptions>({
    weightBits: fc.constant(2), binarisation: fc.constant('deterministic'),
    weights: fc.constantFrom('binary', 'scaled'), weightMask: fc.constantFrom('off', 'clip', 'strict'),
    scaleGradient: fc.constantFrom('constant', 'unit', 'paper', 'corrected'), inputScale: fc.constant(false), centred: fc.boolean(),
  })

  it('the gradient of latent weights, masks at and beyond the border included', async () => {
    await fc.assert(fc.asyncProperty(sizes, options, async (size, chosen) => {
      const { channels, taps, outputs, seed } = size
      const depth = channels * taps
      const latent = latentWeights(size)
      const gradient = Float32Array.from(uniformValues(latent.length, seed + 1))
      const scaled = chosen.weights === 'scaled'
      const paper = scaled && chosen.scaleGradient === 'paper'
      const magnitudes = Float32Array.from(alphas(Float64Array.from(latent), outputs), alpha => alpha * depth)
      const signed = (await runKernel(toolbox, 'sum_signed_rows', { tensors: { x: gradient, latent, parts: new Float32Array(outputs) }, params: { rows: depth, outputs, part_rows: depth, first_part: 0 } }))('parts')
      const found = await runKernel(toolbox, 'latent_gradient', {
        tensors: { latent, magnitudes, signed, gradient },
        params: { depth, outputs, share: 1 / depth, constant: paper ? 1 / depth : 0, factor: paper && chosen.centred ? 1 - 1 / channels : 1 },
        overrides: { ALPHA: Number(scaled && chosen.scaleGradient !== 'unit'), MASK: ['off', 'clip', 'strict'].indexOf(chosen.weightMask), CORRECTED: Number(scaled && chosen.scaleGradient === 'corrected') },
      })
      const plain = { gradient: Float64Array.from(gradient), magnitude: Float64Array.from(gradient, Math.abs) }
      const wanted = latentGradient(Float64Array.from(latent), plain, chosen, outputs, taps).gradient
      expect(relativeError(found('gradient'), wanted, 1e-2), describeWorst(found('gradient'), wanted, outputs)).toBeLessThan(1e-5)
      // What a mask stops is 0, not small.
      for (let i = 0; i < wanted.length; i++) if (wanted[i] === 0) expect(Math.abs(found('gradient')[i] ?? NaN)).toBe(0)
    }), { numRuns: 30, ...drawing })
  })

  it('weights of k bits are those of the reference at every k, and so is their gradient', async () => {
    await fc.assert(fc.asyncProperty(sizes, fc.integer({ min: 2, max: 8 }), fc.constantFrom(0.01, 0.3, 2, 20), async ({ channels, taps, outputs, seed }, weightBits, most) => {
      const depth = channels * taps
      const latent = Float32Array.from(uniformValues(depth * outputs, seed, -most, most))
      const chosen: WeightOptions = { weights: 'quantized', weightBits, binarisation: 'deterministic', weightMask: 'off', scaleGradient: 'unit', inputScale: false, centred: false }
      const margins = new Margins()
      const wanted = usedWeights(Float64Array.from(latent), chosen, outputs, undefined, margins)
      fc.pre(margins.report().gradients > 2e-5)
      const largest = Float32Array.of(latent.reduce((found, w) => Math.max(found, Math.abs(w)), 0))
      const found = await runKernel(toolbox, 'quantise_weights', { tensors: { latent, largest, q: new Float32Array(latent.length) }, params: { depth, outputs, levels: 2 ** weightBits - 1 } })
      expect(relativeError(found('q'), wanted), describeWorst(found('q'), wanted, outputs)).toBeLessThan(1e-6)
      const gradient = Float32Array.from(uniformValues(latent.length, seed + 1))
      const back = await runKernel(toolbox, 'quantised_gradient', { tensors: { latent, largest, gradient }, params: { depth, outputs } })
      const plain = { gradient: Float64Array.from(gradient), magnitude: Float64Array.from(gradient, Math.abs) }
      const ofLatent = latentGradient(Float64Array.from(latent), plain, chosen, outputs, taps).gradient
      expect(relativeError(back('gradient'), ofLatent), describeWorst(back('gradient'), ofLatent, outputs)).toBeLessThan(1e-5)
    }), { numRuns: 20, maxSkipsPerRun: 100, ...drawing })
  })

  it('centring: the mean over channels leaves, the clip follows, and the bits are the signs of what is left', async () => {
    await fc.assert(fc.asyncProperty(sizes, fc.boolean(), async (size, clip) => {
      const { channels, taps, outputs } = size
      const latent = latentWeights(size)
      const wanted = Float64Array.from(latent)
      centreWeights(wanted, outputs, taps)
      const clipped = clip ? wanted.map(w => Math.min(1, Math.max(-1, w))) : wanted
      const words = taps * Math.ceil(channels / 32) * outputs
      const found = await runKernel(toolbox, 'centre_weights', { tensors: { parameter: latent, packed: new Uint32Array(words) }, params: { outputs, channels, taps }, overrides: { CLIP: Number(clip), PACK: 1 } })
      expect(relativeError(found('parameter'), clipped, 1), describeWorst(found('parameter'), clipped, outputs)).toBeLessThan(1e-6)
      expect(firstDifference(found('packed'), packKernels(found('parameter'), taps, channels, outputs), outputs)).toBeUndefined()
    }), { numRuns: 20, ...drawing })
  })

  it.each(['bop', 'bop4'])('%s flips as the reference does, ties with the threshold included, and packs the signs', async shader => {
    await fc.assert(fc.asyncProperty(sizes, async ({ channels, taps, outputs, seed }) => {
      const width = shader === 'bop4' ? 4 * Math.ceil(outputs / 4) : outputs
      const count = taps * channels * width
      // Multiples of a quarter: the mean is exact, and often equals the threshold.
      const quarters = (from: number): Float32Array<ArrayBuffer> => Float32Array.from(uniformValues(count, seed + from, -4, 5), value => Math.floor(value) / 4)
      const [weights, mean, gradient] = [Float32Array.from(uniformValues(count, seed), value => (value >= 0 ? 1 : -1)), quarters(1), quarters(2)]
      const [wanted, wantedMean] = [Float64Array.from(weights), Float64Array.from(mean)]
      bop(wanted, Float64Array.from(gradient), wantedMean, 0.25, 0.5)
      const words = Math.ceil(channels / 32)
      const found = await runKernel(toolbox, shader, {
        tensors: { gradient, parameter: weights, packed: new Uint32Array(taps * words * width), health: new Uint32Array(1), m: mean },
        params: { outputs: width, depth: taps * channels, words: taps * words, channels, factor: 1, place: 0, first: 0.25, second: 0, epsilon: 0, decay: 0 },
        overrides: { CLIP: 1, PACK: 1 }, gamma: 0.5,
      })
      expect(firstDifference(found('m'), wantedMean, width)).toBeUndefined()
      expect(firstDifference(found('parameter'), wanted, width)).toBeUndefined()
      expect(firstDifference(found('packed'), packKernels(wanted, taps, channels, width), width)).toBeUndefined()
    }), { numRuns: 10, ...drawing })
  })
})
