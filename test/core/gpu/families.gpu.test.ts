import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executable, type Candidate, type Toolbox } from '../../../core/gpu/executable.ts'
import { candidatesOf, familyNames, fittingCandidates } from '../../../core/gpu/families.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { packPixels, packWeights } from '../../oracle/bits.ts'
import { at } from '../../oracle/numbers.ts'
import { describeWorst, firstDifference, relativeError } from '../../oracle/compare.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { openShaders } from '../../../main/services/shaders.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'

/** Sizes of a product: rows x depth times depth x outputs. */
interface Sizes {
  rows: number
  outputs: number
  depth: number
  seed: number
}

const sizes = fc.record({ rows: fc.integer({ min: 1, max: 21 }), outputs: fc.integer({ min: 1, max: 80 }), depth: fc.integer({ min: 1, max: 140 }), seed: fc.integer({ min: 0, max: 1e6 }) })

/** Where every operand comes from, in plain numbers; packed as the kernel wants it below. Not masked, all inputs are present. */
class Operands {
  readonly words: number
  readonly bits: Float64Array
  readonly present: Uint8Array
  readonly weights: Float64Array
  readonly pixels: Uint8Array
  readonly reals: Float32Array
  readonly gradient: Float32Array
  readonly realWeights: Float32Array
  readonly size: Sizes
  readonly masked: boolean
  constructor(size: Sizes, masked: boolean) {
    const { rows, outputs, depth, seed } = size
    this.size = size
    this.masked = masked
    this.words = Math.ceil(depth / 32)
    this.bits = uniformValues(rows * depth, seed).map(value => (value >= 0 ? 1 : -1))
    this.present = Uint8Array.from(uniformValues(rows * depth, seed + 1, 0, 1), value => (!masked || value < 0.7 ? 1 : 0))
    this.weights = uniformValues(depth * outputs, seed + 2).map(value => (value >= 0 ? 1 : -1))
    this.pixels = Uint8Array.from(uniformValues(rows * depth, seed + 3, 0, 256), Math.floor)
    this.reals = Float32Array.from(uniformValues(rows * depth, seed + 4))
    this.gradient = Float32Array.from(uniformValues(rows * outputs, seed + 5))
    this.realWeights = Float32Array.from(uniformValues(depth * outputs, seed + 6))
  }

  rowBits(isSet: (index: number) => boolean): Uint32Array<ArrayBuffer> {
    const { rows, depth } = this.size
    const packed = new Uint32Array(rows * this.words)
    for (let m = 0; m < rows; m++) {
      for (let k = 0; k < depth; k++) if (isSet(m * depth + k)) setBit(packed, m * this.words + (k >> 5), k & 31)
    }
    return packed
  }

  /** The bytes a kernel's binding takes, by the names that shaders use. */
  binding(family: string, name: string): Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | undefined {
    const { rows, outputs, depth } = this.size
    const real = family.startsWith('f32_gemm')
    // A mask that is not to be read: too short, and nothing would be left of any result that it touched.
    if (name === 'mask') return this.masked ? this.rowBits(index => this.present[index] === 1) : new Uint32Array(1)
    if (name === 'w') return new Uint32Array(packWeights(this.weights, depth, outputs))
    if (name === 'pixels') return new Uint32Array(packPixels(this.pixels, rows, depth))
    if (name === 'g') return this.gradient.slice()
    if (name === 'planes') return this.planes()
    if (real && name === 'a') return family === 'f32_gemm_nt' ? this.gradient.slice() : this.reals.slice()
    if (real && name === 'b') return family === 'f32_gemm_tn' ? this.gradient.slice() : this.realWeights.slice()
    if (name === 'a' || name === 'x') return family === 'float_bit_gemm' || family === 'grad_weight_float' ? this.reals.slice() : this.rowBits(index => this.bits[index] === 1)
    return undefined
  }

  planes(): Uint32Array<ArrayBuffer> {
    const { rows, depth } = this.size
    const planes = new Uint32Array(rows * this.words * 8)
    for (let m = 0; m < rows; m++) {
      for (let k = 0; k < depth; k++) {
        for (let b = 0; b < 8; b++) {
          const set = ((at(this.pixels, m * depth + k) >> b) & 1) === 1 && this.present[m * depth + k] === 1
          if (set) setBit(planes, (m * this.words + (k >> 5)) * 8 + b, k & 31)
        }
      }
    }
    return planes
  }
}

const SCALE = 0.75
const OFFSET = -0.5

interface Result {
  readonly shape: readonly [number, number]
  /** What the sum's terms may add up to: float32 rounding is held against it. */
  readonly terms: number
  readonly value: (row: number, column: number) => number
}

/** What each family computes, in float64. `exact`: integers that must be equal. */
const references: Readonly<Record<string, { readonly exact: boolean; readonly result: (o: Operands) => Result }>> = {
  xnor_gemm: { exact: true, result: o => forward(o, index => at(o.bits, index) * at(o.present, index)) },
  float_bit_gemm: { exact: false, result: o => forward(o, index => at(o.reals, index)) },
  f32_gemm: { exact: false, result: o => forward(o, index => at(o.reals, index), index => at(o.realWeights, index)) },
  pixel_gemm_float: { exact: false, result: o => forward(o, index => pixelValue(o, index)) },
  pixel_gemm_planes: { exact: false, result: o => forward(o, index => pixelValue(o, index)) },
  grad_input: { exact: false, result: o => towardsInput(o, index => at(o.weights, index)) },
  f32_gemm_nt: { exact: false, result: o => towardsInput(o, index => at(o.realWeights, index)) },
  grad_weight: { exact: false, result: o => towardsWeights(o, index => SCALE * at(o.bits, index) * at(o.present, index)) },
  grad_weight_float: { exact: false, result: o => towardsWeights(o, index => SCALE * at(o.reals, index)) },
  f32_gemm_tn: { exact: false, result: o => towardsWeights(o, index => SCALE * at(o.reals, index)) },
  grad_weight_pixels: { exact: false, result: o => towardsWeights(o, index => pixelValue(o, index)) },
}

type Reference = (typeof references)[string]

function referenceOf(family: string): Reference {
  const reference = references[family]
  if (!reference) throw new Error(`no reference for the family ${family}`)
  return reference
}

function firstOf(family: string): Candidate {
  return candidatesOf(family)[0] as Candidate
}

function pixelValue({ pixels, present }: Operands, index: number): number {
  return (SCALE * at(pixels, index) + OFFSET) * at(present, index)
}

function setBit(words: Uint32Array, word: number, bit: number): void {
  words[word] = at(words, word) | (1 << bit)
}

function forward({ size: { rows, outputs, depth }, weights }: Operands, input: (index: number) => number, weight = (index: number): number => at(weights, index)): Result {
  return { shape: [rows, outputs], terms: depth * 200, value: (m: number, n: number) => sum(depth, k => input(m * depth + k) * weight(k * outputs + n)) }
}

function towardsInput({ size: { rows, outputs, depth }, gradient }: Operands, weight: (index: number) => number): Result {
  return { shape: [rows, depth], terms: outputs, value: (m: number, k: number) => sum(outputs, n => at(gradient, m * outputs + n) * weight(k * outputs + n)) }
}

function towardsWeights({ size: { rows, outputs, depth }, gradient }: Operands, input: (index: number) => number): Result {
  return { shape: [depth, outputs], terms: rows * 200, value: (k: number, n: number) => sum(rows, m => input(m * depth + k) * at(gradient, m * outputs + n)) }
}

function sum(count: number, term: (index: number) => number): number {
  let total = 0
  for (let index = 0; index < count; index++) total += term(index)
  return total
}

async function runKernel(toolbox: Toolbox, family: string, candidate: Candidate, operands: Operands): Promise<Uint32Array> {
  const { rows, outputs, depth } = operands.size
  const shader = toolbox.shaders.get(candidate.shader)
  const memory = new Memory(toolbox.device)
  const { shape } = referenceOf(family).result(operands)
  const tensors: Record<string, Tensor> = {}
  let result: Tensor | undefined
  for (const { name, access } of shader.bindings) {
    if (access === 'uniform') continue
    const data = operands.binding(family, name)
    const tensor: Tensor = { name, dtype: 'u32', shape: data ? [data.length] : shape, role: access === 'read' ? 'input' : 'output' }
    if (data) memory.write(tensor, data)
    if (access === 'read_write') result = tensor
    tensors[name] = tensor
  }
  const known: Record<string, number> = { rows, outputs, depth, words: operands.words, scale: SCALE, offset: OFFSET }
  const program = new Program()
  program.launch(candidate.shader, tensors, Object.fromEntries(shader.params.map(({ name }) => [name, known[name] ?? NaN])), operands.masked ? { MASKED: 1 } : {})
  const executable = await Executable.compile(program, memory, { ...toolbox, choose: () => Promise.resolve(candidate) })
  executable.submit({ step: 1, rows, slot: 0, rate: 0 })
  const words = await memory.readWords(result as Tensor)
  executable.destroy()
  memory.destroy()
  return words
}

const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261123 }

describe.each(adapters)('kernel families on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  const cases = familyNames.filter(family => family in references).flatMap(family => {
    const maskable = 'MASKED' in openShaders().get(firstOf(family).shader).overrides
    return (maskable ? ['plain', 'masked'] : ['plain']).map(how => [family, how] as const)
  })

  it.each(cases)('%s, %s: every candidate gives the reference, and all the same bits', async (family, how) => {
    const candidates = fittingCandidates(toolbox, { kernel: family, params: {} })
    expect(candidates.length).toBeGreaterThan(0)
    await fc.assert(
      fc.asyncProperty(sizes, async size => {
        const operands = new Operands(size, how === 'masked')
        const { exact, result } = referenceOf(family)
        const { shape: [height, width], value, terms } = result(operands)
        const wanted = Float64Array.from({ length: height * width }, (_, i) => value(Math.floor(i / width), i % width))
        let first: Uint32Array | undefined
        for (const candidate of candidates) {
          const words = await runKernel(toolbox, family, candidate, operands)
          if (first) expect(firstDifference(words, first, width), `${JSON.stringify(candidate)} against ${JSON.stringify(candidates[0])}`).toBeUndefined()
          else first = words
        }
        const found = exact ? new Int32Array((first as Uint32Array).buffer) : new Float32Array((first as Uint32Array).buffer)
        if (exact) expect(firstDifference(found, wanted, width)).toBeUndefined()
        else expect(relativeError(found, wanted, terms * 1e-2), describeWorst(found, wanted, width)).toBeLessThan(1e-5)
      }),
      { numRuns: 12, ...drawing },
    )
  })

  it('both ways of reading 8-bit input give the same bits', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, fc.boolean(), async (size, masked) => {
        const operands = new Operands(size, masked)
        const [float, planes] = await Promise.all(['float', 'planes'].map(path => runKernel(toolbox, `pixel_gemm_${path}`, firstOf(`pixel_gemm_${path}`), operands)))
        expect(firstDifference(planes as Uint32Array, float as Uint32Array, size.outputs)).toBeUndefined()
      }),
      { numRuns: 12, ...drawing },
    )
  })
})
