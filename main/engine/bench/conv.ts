import { wordsOf } from '../../../core/architecture/signal.ts'
import { fittingCandidates } from '../../../core/gpu/families.ts'
import type { Tensor } from '../../../core/gpu/tensor.ts'
import { linesOfPart } from '../../../core/layers/conv2d.ts'
import type { Engine } from '../../../core/training/session.ts'
import type { BenchEntry } from '../../contract/engine.ts'
import { entryOf, fastest, prepareCeiling, prepareKernel, race, type Contestant, type KernelLaunch } from './kernels.ts'

/** A square picture with as many channels before the convolution as behind it, padded so that it stays as large. */
export interface ConvSize {
  readonly images: number
  readonly side: number
  readonly channels: number
  readonly outputs: number
  readonly kernel: number
  readonly stride: number
  readonly padding: number
}

const ROUNDS = 5
const IMAGES = 8

/** The layers of the CIFAR-10 network keep channels x side at 4,096; wider ones here do not get smaller than 4 x 4. */
const sizeOf = (channels: number): ConvSize => ({ images: IMAGES, side: Math.min(32, Math.max(4, Math.round(4096 / channels))), channels, outputs: channels, kernel: 3, stride: 1, padding: 1 })

/** A launch of a convolution's kernel at a size. Operands are zeros: no kernel's time depends on them. */
function launchOf(kernel: string, size: ConvSize): KernelLaunch {
  const { images, side, channels, outputs, kernel: taps, stride, padding } = size
  const out = Math.floor((side + 2 * padding - taps) / stride) + 1
  const words = wordsOf(channels)
  const [rows, inputs, depth] = [images * out ** 2, images * side ** 2, taps ** 2 * channels]
  const lines = linesOfPart(images, [out, out, outputs], depth * outputs)
  const tensor = (name: string, length: number, role: Tensor['role'] = 'input'): Tensor => ({ name, dtype: 'u32', shape: [length], role })
  const bits = tensor('bits', inputs * words)
  const pixels = tensor('pixels', images * Math.ceil((side ** 2 * channels) / 4))
  const reals = tensor('reals', inputs * channels)
  const weights = tensor('weights', taps ** 2 * words * outputs)
  const realWeights = tensor('real weights', depth * outputs)
  const g = tensor('gradient', rows * outputs)
  const sums = tensor('sums', rows * outputs, 'output')
  const dx = tensor('input gradient', inputs * channels, 'output')
  const parts = tensor('parts', Math.ceil((images * out) / lines) * depth * outputs, 'output')
  const operands: Readonly<Record<string, Record<string, Tensor>>> = {
    xnor_conv: { a: bits, mask: bits, w: weights, y: sums },
    pixel_conv: { pixels, mask: pixels, w: weights, y: sums },
    f32_conv: { a: reals, b: realWeights, c: sums },
    conv_grad_input: { g, w: weights, dx },
    f32_conv_grad_input: { g, b: realWeights, dx },
    conv_grad_weight: { x: bits, mask: bits, g, parts },
    conv_grad_weight_pixels: { pixels, mask: pixels, g, parts },
    f32_conv_grad_weight: { a: reals, g, parts },
  }
  const known = { rows, images, height: side, width: side, channels, words, outputs, out_height: out, out_width: out, kernel: taps, stride, padding, lines, first_part: 0, scale: 1, offset: 0 }
  return { kernel, tensors: operands[kernel] as Record<string, Tensor>, known, operations: 2 * rows * depth * outputs }
}

/** All candidates of a family that this adapter can run at a size. */
export async function prepareAll(engine: Engine, family: string, size: ConvSize): Promise<Contestant[]> {
  const all: Contestant[] = []
  const launch = launchOf(family, size)
  for (const candidate of fittingCandidates(engine.toolbox, { kernel: family, params: launch.known })) all.push(await prepareKernel(engine, launch, candidate))
  return all
}

/** A rival that is so many times slower than another in a first run is not timed again. */
const HOPELESS = 4

async function leaders(rivals: readonly Contestant[]): Promise<Contestant[]> {
  const first = new Map<Contestant, number>()
  for (const one of rivals) first.set(one, await one.once())
  const limit = HOPELESS * Math.min(...first.values())
  return rivals.filter(one => (first.get(one) ?? Infinity) <= limit)
}

/** What is timed: our kernel's family, the float one's, and what ours could reach at most. */
const RACES = [
  { what: 'the convolution', ours: 'xnor_conv', rivals: 'f32_conv', ceiling: 'popcount' },
  { what: 'its gradient to the input', ours: 'conv_grad_input', rivals: 'f32_conv_grad_input', ceiling: 'fma' },
  { what: 'its gradient to the weights', ours: 'conv_grad_weight', rivals: 'f32_conv_grad_weight', ceiling: 'fma' },
] as const

/** Convolutions of 3 x 3, forward and both gradients, on bits by the tuner's choice: each against the best float one there is here. */
export async function benchConv(engine: Engine, channels: readonly number[], log: (message: string) => void): Promise<BenchEntry[]> {
  const ceilings = { popcount: await prepareCeiling(engine, 'popcount'), fma: await prepareCeiling(engine, 'fma') }
  const entries: BenchEntry[] = []
  let done = 0
  for (const count of channels) {
    const size = sizeOf(count)
    const shape = `${size.images} x ${size.side} x ${size.side} x ${count} to ${count}`
    for (const { what, ours, rivals, ceiling } of RACES) {
      log(`${++done} of ${channels.length * RACES.length}: timing ${what}, ${shape}`)
      const one = await prepareKernel(engine, launchOf(ours, size))
      const floats = await prepareAll(engine, rivals, size)
      const leading = await leaders(floats)
      const times = await race([one, ...leading, ceilings.fma, ...(ceiling === 'popcount' ? [ceilings.popcount] : [])], ROUNDS)
      const best = fastest(leading, times)
      entries.push(entryOf(best, shape, times, { ceiling: ceilings.fma }), entryOf(one, shape, times, { against: best, ceiling: ceilings[ceiling] }))
      for (const contestant of [one, ...floats]) contestant.close()
    }
  }
  ceilings.popcount.close()
  ceilings.fma.close()
  return entries
}
