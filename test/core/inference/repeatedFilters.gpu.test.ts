import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filterBank } from '../../../core/analysis/filterBank.ts'
import { attributesOf, channels, conv2d, inferArchitecture, presets, scaleWidths, windowOfConvolution } from '../../../core/architecture/index.ts'
import { Executable, type Toolbox } from '../../../core/gpu/executable.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { fitsRepeated, forwardParams, planRepeated, recordRepeated, repeatedTensors, type Geometry } from '../../../core/inference/repeatedFilters.ts'
import { fitsTriples, planTriples, recordTriples, tripleTensors } from '../../../core/inference/sharedTriples.ts'
import { fillUniform, streamKey } from '../../../core/random.ts'
import { packWeights } from '../../oracle/bits.ts'
import { firstDifference } from '../../oracle/compare.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'

interface Case {
  readonly images: number
  readonly height: number
  readonly width: number
  readonly inputs: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
  /** Patterns that the filters are drawn from; all different if 0. */
  readonly kinds: number
  readonly seed: number
}

function latentOf({ inputs, outputs, kernel, kinds, seed }: Case): Float32Array {
  const taps = kernel * kernel
  const latent = fillUniform(new Float32Array(taps * inputs * outputs), streamKey(seed, 1), -1, 1)
  if (kinds === 0) return latent
  const [patterns, choice] = [fillUniform(new Float32Array(kinds * taps), streamKey(seed, 2), -1, 1), fillUniform(new Float32Array(inputs * outputs), streamKey(seed, 3), -kinds, kinds)]
  return latent.map((_, at) => {
    const [slice, tap] = [at % (inputs * outputs), Math.floor(at / (inputs * outputs))]
    const chosen = choice[slice] as number
    return Math.sign(chosen) * (patterns[Math.floor(Math.abs(chosen)) % kinds * taps + tap] as number)
  })
}

/** The first difference between the two ways; undefined if there is none. */
async function differ(toolbox: Toolbox, one: Case): Promise<string | undefined> {
  const { images, height, width, inputs, outputs, kernel, stride, padding, seed } = one
  const [outHeight, outWidth] = [height, width].map(side => Math.floor((side + 2 * padding - kernel) / stride) + 1) as [number, number]
  const words = Math.ceil(inputs / 32)
  const taps = kernel * kernel
  const rows = images * outHeight * outWidth
  const geometry: Geometry = { rows, images, height, width, channels: inputs, words, outputs, out_height: outHeight, out_width: outWidth, kernel, stride, padding }
  const latent = latentOf(one)
  const tail = inputs % 32 === 0 ? 0xffffffff : 2 ** (inputs % 32) - 1
  const random = fillUniform(new Float32Array(2 * images * height * width * words), streamKey(seed, 4), 0, 65536)
  const bits = Uint32Array.from({ length: images * height * width * words }, (_, at) => ((((random[2 * at] as number) << 16) | (random[2 * at + 1] as number)) & (at % words === words - 1 ? tail : 0xffffffff)) >>> 0)
  const packed = Uint32Array.from(Array.from({ length: taps }, (_, tap) => [...packWeights(latent.subarray(tap * inputs * outputs, (tap + 1) * inputs * outputs), inputs, outputs)]).flat())

  const tensor = (name: string, shape: readonly number[], role: Tensor['role']): Tensor => ({ name, dtype: 'u32', shape, role })
  const [a, w] = [tensor('a', [bits.length], 'input'), tensor('w', [packed.length], 'input')]
  const [y, plain] = [tensor('y', [rows, outputs], 'output'), tensor('plain', [rows, outputs], 'output')]
  const bank = filterBank(latent, { kernel, inputs, outputs })
  const plan = planRepeated(bank)
  const tensors = repeatedTensors('conv', plan)
  const program = new Program()
  program.launch('xnor_conv', { a, mask: a, w, y: plain }, forwardParams(geometry), { MASKED: 0 })
  recordRepeated(program, plan, tensors, { a, y }, geometry)
  const memory = new Memory(toolbox.device)
  const tripled = tensor('sums of triples', [rows, outputs], 'output')
  const fits = fitsTriples(bank, toolbox.device.adapter.subgroupSize)
  if (fits) {
    const triples = planTriples(bank)
    const keyed = tripleTensors('conv', triples)
    recordTriples(program, keyed, { a, y: tripled }, geometry)
    memory.write(keyed.keys, triples.keys)
    memory.write(keyed.positive, triples.positive)
  }
  memory.write(a, bits)
  memory.write(w, packed)
  for (const field of ['mapOf', 'filters', 'uses'] as const) memory.write(tensors[field], plan[field])
  const executable = await Executable.compile(program, memory, toolbox)
  executable.submit({ step: 0, rows: images, slot: 0, rate: 0 })
  const wanted = new Int32Array((await memory.read(plain)).buffer)
  let difference: string | undefined
  for (const sums of fits ? [y, tripled] : [y]) difference ??= firstDifference(new Int32Array((await memory.read(sums)).buffer), wanted)
  executable.destroy()
  memory.destroy()
  return difference
}

const cases = fc.record({
  images: fc.integer({ min: 1, max: 3 }),
  height: fc.integer({ min: 1, max: 13 }),
  width: fc.integer({ min: 1, max: 13 }),
  inputs: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(32, 64, 150)),
  outputs: fc.integer({ min: 1, max: 70 }),
  kernel: fc.constantFrom(1, 2, 3, 3, 3, 5, 7, 11),
  stride: fc.integer({ min: 1, max: 3 }),
  padding: fc.integer({ min: 0, max: 5 }),
  kinds: fc.constantFrom(0, 1, 5),
  seed: fc.integer({ min: 0, max: 1e6 }),
}).filter(({ height, width, kernel, padding }) => padding < kernel && Math.min(height, width) + 2 * padding >= kernel)

describe.each(adapters)('filters that repeat, computed once each, on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  it('give what XNOR and popcount give, borders, strides and any kernel included', async () => {
    await fc.assert(fc.asyncProperty(cases, async one => {
      expect(await differ(toolbox, one)).toBeUndefined()
    }), { numRuns: 30, seed: 20261125 })
  })

  it('in every binary convolution of every preset, at a quarter of its width', async () => {
    const seen = new Set<string>()
    for (const preset of presets) {
      const { nodes } = inferArchitecture(scaleWidths(preset, 0.25).architecture)
      for (const node of nodes.values()) {
        const [input] = node.inputs
        if (node.kind !== 'conv2d' || node.attributes.weights === 'real' || input?.shape.length !== 3 || input.flow !== 'bits') continue
        const { filters, ...attributes } = attributesOf(conv2d, node)
        const { size: kernel, stride, padding } = windowOfConvolution(attributes)
        const inputs = channels(input.shape)
        // Large pictures have nothing that smaller ones of the same borders have not.
        const side = (length: number): number => (length > 16 ? kernel + 3 * stride : length)
        const one = { images: 1, height: side(input.shape[0]), width: side(input.shape[1]), inputs, outputs: filters, kernel, stride, padding, kinds: 0, seed: 1 }
        const key = Object.values(one).join()
        if (seen.has(key)) continue
        seen.add(key)
        expect(fitsRepeated(one), `${preset.name} ${node.id}`).toBe(true)
        expect(await differ(toolbox, one), `${preset.name} ${node.id}`).toBeUndefined()
      }
    }
    expect(seen.size).toBeGreaterThan(8)
  })
})
