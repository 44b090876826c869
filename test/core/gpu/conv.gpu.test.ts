import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executable, type Candidate, type Toolbox } from '../../../core/gpu/executable.ts'
import { fittingCandidates } from '../../../core/gpu/families.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { Program } from '../../../core/gpu/program.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { convolveBack } from '../../../core/layers/conv2d.ts'
import { describeWorst, firstDifference, relativeError } from '../../oracle/compare.ts'
import { uniformValues } from '../../oracle/examples.ts'
import { at } from '../../oracle/numbers.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'

const SCALE = 0.75
const OFFSET = -0.5

const geometry = fc
  .record({
    images: fc.integer({ min: 1, max: 3 }),
    height: fc.integer({ min: 1, max: 11 }),
    width: fc.integer({ min: 1, max: 11 }),
    channels: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constantFrom(3, 32, 64, 150)),
    outputs: fc.integer({ min: 1, max: 70 }),
    kernel: fc.constantFrom(1, 2, 3, 3, 4, 5),
    stride: fc.integer({ min: 1, max: 3 }),
    padding: fc.integer({ min: 0, max: 4 }),
    parts: fc.integer({ min: 1, max: 4 }),
    masked: fc.boolean(),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .filter(({ height, width, kernel, padding }) => padding < kernel && Math.min(height, width) + 2 * padding >= kernel)
type Geometry = typeof geometry extends fc.Arbitrary<infer T> ? T : never

/** A convolution in plain numbers; packed as the kernels want it below. */
class Convolution {
  readonly size: Geometry
  readonly outHeight: number
  readonly outWidth: number
  readonly rows: number
  readonly inputRows: number
  readonly words: number
  readonly depth: number
  readonly bits: Float64Array
  readonly present: Uint8Array
  readonly pixels: Uint8Array
  readonly reals: Float32Array
  readonly weights: Float64Array
  readonly realWeights: Float32Array
  readonly gradient: Float32Array

  constructor(size: Geometry) {
    const { images, height, width, channels, outputs, kernel, stride, padding, seed, masked } = size
    this.size = size
    this.outHeight = Math.floor((height + 2 * padding - kernel) / stride) + 1
    this.outWidth = Math.floor((width + 2 * padding - kernel) / stride) + 1
    this.rows = images * this.outHeight * this.outWidth
    this.inputRows = images * height * width
    this.words = Math.ceil(channels / 32)
    this.depth = kernel * kernel * channels
    const inputs = this.inputRows * channels
    this.bits = uniformValues(inputs, seed).map(value => (value >= 0 ? 1 : -1))
    this.present = Uint8Array.from(uniformValues(inputs, seed + 1, 0, 1), value => (!masked || value < 0.7 ? 1 : 0))
    this.pixels = Uint8Array.from(uniformValues(inputs, seed + 2, 0, 256), Math.floor)
    this.reals = Float32Array.from(uniformValues(inputs, seed + 3))
    this.weights = uniformValues(this.depth * outputs, seed + 4).map(value => (value >= 0 ? 1 : -1))
    this.realWeights = Float32Array.from(uniformValues(this.depth * outputs, seed + 5))
    this.gradient = Float32Array.from(uniformValues(this.rows * outputs, seed + 6))
  }

  get lines(): number {
    return Math.ceil((this.size.images * this.outHeight) / this.size.parts)
  }

  get params() {
    const { images, height, width, channels, outputs, kernel, stride, padding } = this.size
    return { rows: this.rows, images, height, width, channels, words: this.words, outputs, out_height: this.outHeight, out_width: this.outWidth, kernel, stride, padding, lines: this.lines, first_part: 0, scale: SCALE, offset: OFFSET }
  }

  rowBits(isSet: (index: number) => boolean): Uint32Array<ArrayBuffer> {
    const { channels } = this.size
    const packed = new Uint32Array(this.inputRows * this.words)
    for (let row = 0; row < this.inputRows; row++) for (let c = 0; c < channels; c++) if (isSet(row * channels + c)) setBit(packed, row * this.words + (c >> 5), c & 31)
    return packed
  }

  /** Every tap starts a word of its own. */
  weightBits(): Uint32Array<ArrayBuffer> {
    const { channels, outputs, kernel } = this.size
    const packed = new Uint32Array(kernel * kernel * this.words * outputs)
    for (let k = 0; k < this.depth; k++) {
      const c = k % channels
      const word = Math.floor(k / channels) * this.words + (c >> 5)
      for (let n = 0; n < outputs; n++) if (at(this.weights, k * outputs + n) > 0) setBit(packed, word * outputs + n, c & 31)
    }
    return packed
  }

  packedPixels(): Uint32Array<ArrayBuffer> {
    const bytes = this.pixels.length / this.size.images
    const stride = Math.ceil(bytes / 4) * 4
    const packed = new Uint8Array(this.size.images * stride)
    for (let image = 0; image < this.size.images; image++) packed.set(this.pixels.subarray(image * bytes, (image + 1) * bytes), image * stride)
    return new Uint32Array(packed.buffer)
  }

  binding(family: string, name: string): Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer> | undefined {
    if (name === 'mask') return this.rowBits(index => this.present[index] === 1)
    if (name === 'w') return this.weightBits()
    if (name === 'b') return this.realWeights.slice()
    if (name === 'pixels') return this.packedPixels()
    if (name === 'g') return this.gradient.slice()
    if (name === 'a' && family.startsWith('f32')) return this.reals.slice()
    if (name === 'a' || name === 'x') return this.rowBits(index => this.bits[index] === 1)
    return undefined
  }

  /** Calls back for every pair of output row and tap that lies inside the picture. */
  pairs(visit: (row: number, tap: number, inputRow: number) => void): void {
    const { images, height, width, kernel, stride, padding } = this.size
    for (let image = 0; image < images; image++) for (let oy = 0; oy < this.outHeight; oy++) for (let ox = 0; ox < this.outWidth; ox++) {
      for (let tap = 0; tap < kernel * kernel; tap++) {
        const y = oy * stride + Math.floor(tap / kernel) - padding
        const x = ox * stride + (tap % kernel) - padding
        if (y >= 0 && y < height && x >= 0 && x < width) visit((image * this.outHeight + oy) * this.outWidth + ox, tap, (image * height + y) * width + x)
      }
    }
  }

  forward(input: (index: number) => number, weight: ArrayLike<number>): Float64Array {
    const { channels, outputs } = this.size
    const y = new Float64Array(this.rows * outputs)
    this.pairs((row, tap, inputRow) => {
      for (let c = 0; c < channels; c++) {
        const value = input(inputRow * channels + c)
        for (let n = 0; n < outputs; n++) y[row * outputs + n] = at(y, row * outputs + n) + value * at(weight, (tap * channels + c) * outputs + n)
      }
    })
    return y
  }

  towardsInput(weight: ArrayLike<number>): Float64Array {
    const { channels, outputs } = this.size
    const dx = new Float64Array(this.inputRows * channels)
    this.pairs((row, tap, inputRow) => {
      for (let c = 0; c < channels; c++) for (let n = 0; n < outputs; n++) {
        const index = inputRow * channels + c
        dx[index] = at(dx, index) + at(this.gradient, row * outputs + n) * at(weight, (tap * channels + c) * outputs + n)
      }
    })
    return dx
  }

  /** Each part of the sum over rows by itself, as the kernels leave it. */
  towardsWeights(input: (index: number) => number): Float64Array {
    const { channels, outputs, images } = this.size
    const count = Math.ceil((images * this.outHeight) / this.lines)
    const parts = new Float64Array(count * this.depth * outputs)
    this.pairs((row, tap, inputRow) => {
      const part = Math.floor(Math.floor(row / this.outWidth) / this.lines)
      for (let c = 0; c < channels; c++) for (let n = 0; n < outputs; n++) {
        const index = (part * this.depth + tap * channels + c) * outputs + n
        parts[index] = at(parts, index) + input(inputRow * channels + c) * at(this.gradient, row * outputs + n)
      }
    })
    return parts
  }

  readonly ofBits = (index: number): number => at(this.bits, index) * at(this.present, index)
  readonly ofPixels = (index: number): number => (SCALE * at(this.pixels, index) + OFFSET) * at(this.present, index)
}

function setBit(words: Uint32Array, word: number, bit: number): void {
  words[word] = at(words, word) | (1 << bit)
}

/** What each family computes, in float64. `exact`: whole numbers that must be equal. */
const references: Readonly<Record<string, { readonly exact?: boolean; readonly result: (o: Convolution) => Float64Array; readonly terms: (o: Convolution) => number }>> = {
  xnor_conv: { exact: true, result: o => o.forward(o.ofBits, o.weights), terms: () => 1 },
  pixel_conv: { result: o => o.forward(o.ofPixels, o.weights), terms: o => o.depth * 200 },
  f32_conv: { result: o => o.forward(index => SCALE * at(o.reals, index), o.realWeights), terms: o => o.depth },
  conv_grad_input: { result: o => o.towardsInput(o.weights), terms: o => o.size.outputs * o.size.kernel ** 2 },
  f32_conv_grad_input: { result: o => o.towardsInput(o.realWeights), terms: o => o.size.outputs * o.size.kernel ** 2 },
  conv_grad_weight: { result: o => o.towardsWeights(index => SCALE * o.ofBits(index)), terms: o => o.rows },
  conv_grad_weight_pixels: { result: o => o.towardsWeights(o.ofPixels), terms: o => o.rows * 200 },
  f32_conv_grad_weight: { result: o => o.towardsWeights(index => SCALE * at(o.reals, index)), terms: o => o.rows },
}

async function runKernel(toolbox: Toolbox, family: string, candidate: Candidate, operands: Convolution, length: number): Promise<Uint32Array> {
  const shader = toolbox.shaders.get(candidate.shader)
  const memory = new Memory(toolbox.device)
  const tensors: Record<string, Tensor> = {}
  let result: Tensor | undefined
  for (const { name, access } of shader.bindings) {
    if (access === 'uniform') continue
    const data = operands.binding(family, name)
    const tensor: Tensor = { name, dtype: 'u32', shape: [data?.length ?? length], role: access === 'read' ? 'input' : 'output' }
    if (data) memory.write(tensor, data)
    if (access === 'read_write') result = tensor
    tensors[name] = tensor
  }
  const program = new Program()
  program.launch(candidate.shader, tensors, operands.params, 'MASKED' in shader.overrides ? { MASKED: Number(operands.size.masked) } : {})
  const executable = await Executable.compile(program, memory, { ...toolbox, choose: () => Promise.resolve(candidate) })
  executable.submit({ step: 1, rows: operands.rows, slot: 0, rate: 0 })
  const words = await memory.readWords(result as Tensor)
  executable.destroy()
  memory.destroy()
  return words
}

const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261125 }

describe.each(adapters)('convolutions on %s', adapter => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  it.each(Object.keys(references))('%s: every candidate gives the reference, and all the same bits', async family => {
    const reference = references[family] as (typeof references)[string]
    // Some candidates are for some strides only.
    const untried = new Set(fittingCandidates(toolbox, { kernel: family, params: {} }))
    await fc.assert(
      fc.asyncProperty(geometry, async size => {
        const operands = new Convolution(size)
        const candidates = fittingCandidates(toolbox, { kernel: family, params: operands.params })
        expect(candidates.length).toBeGreaterThan(0)
        const wanted = reference.result(operands)
        const width = family.endsWith('_input') ? size.channels : size.outputs
        let first: Uint32Array | undefined
        for (const candidate of candidates) {
          untried.delete(candidate)
          const words = await runKernel(toolbox, family, candidate, operands, wanted.length)
          if (first) expect(firstDifference(words, first, width), `${JSON.stringify(candidate)} against ${JSON.stringify(candidates[0])}`).toBeUndefined()
          else first = words
        }
        const found = reference.exact ? new Int32Array((first as Uint32Array).buffer) : new Float32Array((first as Uint32Array).buffer)
        if (reference.exact) expect(firstDifference(found, wanted, width)).toBeUndefined()
        else expect(relativeError(found, wanted, reference.terms(operands) * 1e-2), describeWorst(found, wanted, width)).toBeLessThan(1e-5)
      }),
      { numRuns: 15, ...drawing },
    )
    expect([...untried]).toEqual([])
  })

  it('at stride 1 a float convolution with turned weights is the gradient to the input', async () => {
    await fc.assert(
      fc.asyncProperty(geometry.map(size => ({ ...size, stride: 1 })), async size => {
        const operands = new Convolution(size)
        const wanted = operands.towardsInput(operands.realWeights)
        const memory = new Memory(toolbox.device)
        const g: Tensor = { name: 'g', dtype: 'f32', shape: [operands.gradient.length], role: 'input' }
        const b: Tensor = { name: 'b', dtype: 'f32', shape: [operands.realWeights.length], role: 'input' }
        const dx: Tensor = { name: 'dx', dtype: 'f32', shape: [wanted.length], role: 'output' }
        memory.write(g, operands.gradient.slice())
        memory.write(b, operands.realWeights.slice())
        const program = new Program()
        convolveBack({ program }, g, b, { ...operands.params, scale: 1 }, dx)
        const executable = await Executable.compile(program, memory, toolbox)
        executable.submit({ step: 1, rows: operands.rows, slot: 0, rate: 0 })
        const found = await memory.readFloats(dx)
        executable.destroy()
        memory.destroy()
        expect(relativeError(found, wanted, size.outputs * size.kernel ** 2 * 1e-2), describeWorst(found, wanted, size.channels)).toBeLessThan(1e-5)
      }),
      { numRuns: 12, ...drawing },
    )
  })
})
