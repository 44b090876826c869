import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { runKernel } from '../../support/run-kernel.ts'

const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261125 }
const draws = fc.record({
  outputs: fc.integer({ min: 1, max: 70 }), shift: fc.boolean(), floor: fc.boolean(), normalise: fc.boolean(), learned: fc.boolean(), zero: fc.boolean(),
  scale: fc.constantFrom(1, 1.25), spread: fc.constantFrom(0.001, 1, 300), seed: fc.nat(1e6),
})
type Draw = typeof draws extends fc.Arbitrary<infer T> ? T : never

/** Whole sums, or float32 ones with the oddest finite values. */
const WHOLE = Int32Array.from({ length: 601 }, (_, at) => at - 300)
const ODD = Float32Array.of(0, -0, 1e-45, -1e-45, 1.17e-38, -1.17e-38, 0.5, -0.5, 1, -1, 255, -255, 16777216, -16777216, 3e30, -3e30)

/** A channel's parameters: now and then gamma or beta is 0, or the mean a whole number, so that sums meet the threshold itself. */
function channelsOf({ outputs, spread, seed }: Draw): Record<'statistics' | 'gamma' | 'beta' | 'threshold', Float32Array<ArrayBuffer>> {
  const some = (at: number, scale: number): Float32Array<ArrayBuffer> => Float32Array.from(uniformValues(outputs, seed + at, -scale, scale))
  const mean = some(1, 200).map((value, n) => (n % 3 === 0 ? Math.round(value) : value))
  const inverse = some(2, 1).map(value => Math.abs(value) / spread + 1e-3)
  const gamma = some(3, 1).map((value, n) => (n % 7 === 3 ? 0 : value))
  const beta = some(4, 1).map((value, n) => (n % 3 === 0 ? 0 : value))
  return { statistics: Float32Array.of(...mean, ...inverse), gamma, beta, threshold: some(5, 2).map((value, n) => (n % 5 === 0 ? 0 : value)) }
}

describe.each(adapters)('thresholds in place of batch normalisation on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  /** Bits and presence of every sum [rows] in every channel, as training decides and as the thresholds do. */
  async function decide(draw: Draw, integer: boolean, values: Uint32Array): Promise<Record<'trained' | 'packed', readonly [bits: number[], presence: number[]]>> {
    const { outputs, shift, floor, normalise, learned, zero, scale } = draw
    const channels = channelsOf(draw)
    const rows = values.length
    const words = Math.ceil(outputs / 32)
    const sums = Uint32Array.from({ length: rows * outputs }, (_, at) => values[Math.floor(at / outputs)] ?? 0)
    const reading = { INTEGER: Number(integer), NORMALISE: Number(normalise), SHIFT: Number(shift), FLOOR: Number(shift && floor) }
    const more = { THRESHOLD: Number(learned), ZERO: Number(zero) }
    const out = (): Record<'bits' | 'presence', Uint32Array<ArrayBuffer>> => ({ bits: new Uint32Array(rows * words), presence: new Uint32Array(rows * words) })
    const trained = await runKernel(toolbox, 'sign_pack', { tensors: { sums, ...channels, ...out(), gradient_mask: new Uint32Array(4) }, params: { rows, outputs, words, scale, key0: 0, key1: 0, first_row: 0 }, overrides: { ...reading, ...more, MASKS: 0 } })
    const folded = await runKernel(toolbox, 'fold_thresholds', { tensors: { ...channels, bounds: new Uint32Array(4 * outputs) }, params: { outputs, scale }, overrides: { ...reading, ...more } })
    const bounds = Uint32Array.from(folded('bounds'))
    const packed = await runKernel(toolbox, 'threshold_pack', { tensors: { sums, bounds, ...out() }, params: { rows, outputs, words }, overrides: { INTEGER: reading.INTEGER, ZERO: more.ZERO } })
    return { trained: [[...trained('bits')], [...trained('presence')]], packed: [[...packed('bits')], [...packed('presence')]] }
  }

  it('decide every whole sum as the normalisation does', async () => {
    await fc.assert(fc.asyncProperty(draws, async draw => {
      const { trained, packed } = await decide(draw, true, new Uint32Array(WHOLE.buffer))
      expect(packed).toEqual(trained)
    }), { numRuns: 15, ...drawing })
  })

  it('decide float32 sums as the normalisation does, to the last bit of each', async () => {
    await fc.assert(fc.asyncProperty(draws, async draw => {
      const values = Float32Array.of(...ODD, ...uniformValues(400, draw.seed + 9, -300, 300))
      const { trained, packed } = await decide(draw, false, new Uint32Array(values.buffer))
      expect(packed).toEqual(trained)
    }), { numRuns: 15, ...drawing })
  })

  it('are the thresholds that the text derives', async () => {
    // bnn-spec 1.5: t = mean - beta / (gamma * inverse); bit = s >= t where gamma > 0, s <= t where gamma < 0, beta >= 0 where it is 0.
    const [mean, inverse, gamma, beta] = [[10.5, 10.5, -3, 7, 7], [0.1, 0.1, 0.5, 1, 1], [2, -2, 1, 0, 0], [0.25, 0.25, 0, 0.5, -0.5]] as const
    const folded = await runKernel(toolbox, 'fold_thresholds', { tensors: { statistics: Float32Array.of(...mean, ...inverse), gamma: Float32Array.from(gamma), beta: Float32Array.from(beta), threshold: new Float32Array(5), bounds: new Uint32Array(20) }, params: { outputs: 5, scale: 1 }, overrides: { INTEGER: 1, NORMALISE: 1 } })
    const bounds = new Int32Array(Uint32Array.from(folded('bounds')).buffer)
    expect([...bounds.subarray(0, 5)]).toEqual([10, -0x7fffffff, -3, -0x7fffffff, 1])
    expect([...bounds.subarray(5, 10)]).toEqual([0x7fffffff, 11, 0x7fffffff, 0x7fffffff, 0])
  })
})
