import { codedPixels } from '../architecture/coding.ts'
import type { InputAttributes } from '../architecture/kinds/input.ts'
import { wordsOf } from '../architecture/signal.ts'
import type { Tensor } from '../gpu/tensor.ts'
import type { Builder, Context } from './context.ts'
import { realsValue } from './conversions.ts'
import type { Value } from './values.ts'

/**
 * The batch's pixels, still 8-bit, with the affine map that says what they mean; or, where the input codes them itself, what it
 * makes of them by a table over the 256 values; or the float32 values that the recipe's preprocessing gives.
 */
export const buildInput: Builder<InputAttributes> = (context, site, _inputs, attributes) => {
  const { program, ports, rows } = context
  const { height, width, channels } = attributes
  const shape = [height, width, channels] as const
  const positions = height * width
  const { pixels } = ports
  const coded = codedPixels(attributes)
  const table = (values: ArrayLike<number>): Tensor => context.table(site, 'codes', Uint32Array.from(values))

  let output: Value
  if (ports.reals) output = { ...realsValue(shape, whitened(context, positions * channels)), fixed: true }
  else if (coded === undefined) output = { flow: 'pixels', shape, pixels, scale: ports.scale, offset: ports.offset }
  else if (coded.flow === 'pixels') {
    let codes = pixels
    if (coded.codes) {
      codes = program.tensor('codes', 'u32', pixels.shape)
      program.launch('recode_pixels', { pixels, table: table(coded.codes), y: codes }, { rows, outputs: positions * channels })
    }
    output = { flow: 'pixels', shape, pixels: codes, scale: coded.scale, offset: coded.offset }
  } else if (coded.flow === 'bits') {
    const words = wordsOf(channels)
    const bits = program.tensor('bits', 'u32', [rows * positions, words])
    program.launch('threshold_pixels', { pixels, table: table(coded.positive.map(Number)), bits }, { rows: rows * positions, positions, channels, words })
    output = { flow: 'bits', shape, bits, scale: 1 }
  } else {
    const y = program.tensor('reals', 'f32', [rows * positions, channels])
    program.launch('decode_pixels', { pixels, table: context.table(site, 'values', Float32Array.from(coded.values)), y }, { rows, outputs: positions * channels })
    output = { ...realsValue(shape, y), fixed: true }
  }
  return { output, backward: () => [] }
}

/** Values times the whitening matrix of ZCA, if there is one. */
function whitened({ program, rows, ports: { pixels: a, whitening: b } }: Context, values: number): Tensor {
  if (!b) return a
  const c = program.tensor('whitened', 'f32', [rows, values])
  program.launch('f32_gemm', { a, b, c }, { rows, outputs: values, depth: values })
  return c
}
