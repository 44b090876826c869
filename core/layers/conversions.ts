import type { Tensor } from '../gpu/tensor.ts'
import type { Context } from './context.ts'
import { channels, positions, words, type Gradient, type Shaped, type Sums, type Value } from './values.ts'

/** Rows of a value: positions of all images of the batch. */
export function rowsOf(context: Context, value: Shaped): number {
  return context.rows * positions(value)
}

/** Tensors and overrides by which a shader reads a (normalised) sum; see shaders/include/normalise.wgsl. */
export function sumReading(value: Sums, sums: Tensor = value.sums): { tensors: Record<string, Tensor>; overrides: Record<string, number> } {
  const { normalisation: norm } = value
  // Bindings that a kernel without normalisation never reads get the sums themselves, since none may be left empty.
  return {
    tensors: { sums, statistics: norm?.statistics ?? sums, gamma: norm?.gamma ?? sums, beta: norm?.beta ?? sums },
    overrides: { INTEGER: Number(value.integer), NORMALISE: Number(norm !== undefined), SHIFT: Number(norm?.shift ?? false), FLOOR: Number(norm?.floor ?? false) },
  }
}

/** The value as plain float32 [rows][channels]. */
export function asReals(context: Context, value: Value): Tensor {
  const { program } = context
  const rows = rowsOf(context, value)
  const outputs = channels(value)
  if (value.flow === 'sums' && !value.normalisation && !value.integer && value.scale === 1) return value.sums
  const y = program.tensor('reals', 'f32', [rows, outputs])
  if (value.flow === 'sums') {
    const { tensors, overrides } = sumReading(value)
    program.launch('normalise_to_reals', { ...tensors, y }, { rows, outputs, scale: value.scale }, overrides)
  } else if (value.flow === 'bits') {
    program.launch('bits_to_reals', { bits: value.bits, presence: value.presence ?? value.bits, y }, { rows, outputs, words: words(value), scale: value.scale }, { PRESENCE: Number(value.presence !== undefined) })
  } else {
    program.launch(
      'pixels_to_reals',
      { pixels: value.pixels, presence: value.presence ?? value.pixels, y },
      { rows: context.rows, outputs: outputs * positions(value), channels: outputs, words: words(value), scale: value.scale, offset: value.offset },
      { PRESENCE: Number(value.presence !== undefined) },
    )
  }
  return y
}

/** Float32 values as a signal of their own. */
export function realsValue(shape: Value['shape'], data: Tensor): Sums {
  return { flow: 'sums', shape, sums: data, integer: false, scale: 1, again: () => data }
}

/** All masks of a gradient as one, or none. */
export function oneMask(context: Context, gradient: Gradient): Tensor | undefined {
  const [first, ...rest] = gradient.masks
  return rest.reduce<Tensor | undefined>((a, b) => {
    if (!a) return b
    const c = context.program.tensor('mask', 'u32', b.shape)
    context.program.launch('and_bits', { a, b, c }, { count: b.shape.reduce((product, size) => product * size, 1) })
    return c
  }, first)
}

/** A gradient with its masks and scale applied, [rows][channels] of the value it belongs to. */
export function plainGradient(context: Context, gradient: Gradient, value: Shaped): Tensor {
  if (gradient.masks.length === 0 && gradient.scale === 1) return gradient.data
  const { program } = context
  const rows = rowsOf(context, value)
  const outputs = channels(value)
  const mask = oneMask(context, gradient)
  const y = program.tensor('gradient', 'f32', [rows, outputs])
  program.launch('apply_mask', { x: gradient.data, mask: mask ?? gradient.data, y }, { rows, outputs, words: words(value), scale: gradient.scale }, { MASKED: Number(mask !== undefined) })
  return y
}

/** The sum of gradients that reach one value from several consumers. */
export function addGradients(context: Context, a: Gradient, b: Gradient, value: Shaped): Gradient {
  const { program } = context
  const rows = rowsOf(context, value)
  const outputs = channels(value)
  const c = program.tensor('gradient', 'f32', [rows, outputs])
  program.launch('add', { a: plainGradient(context, a, value), b: plainGradient(context, b, value), c }, { rows, outputs })
  return { data: c, masks: [], scale: 1 }
}

/** How a sum over rows is split: by the number of rows alone, so that it comes out the same on every adapter. */
export function splitRows(rows: number): { readonly part_rows: number; readonly parts: number } {
  const part_rows = Math.max(256, Math.ceil(rows / 64))
  return { part_rows, parts: Math.ceil(rows / part_rows) }
}

/** Sums over rows, split or not: `launch` gets the tensor [parts][depth][outputs] to fill; `total` holds the sums. */
export function sumParts(context: Context, parts: number, total: Tensor, [depth, outputs]: readonly [number, number], launch: (parts: Tensor) => void): void {
  if (parts === 1) {
    launch(total)
    return
  }
  const partial = context.program.tensor('parts', 'f32', [parts, depth, outputs])
  launch(partial)
  context.program.launch('sum_parts', { parts: partial, total }, { count: parts, depth, outputs })
}

/** scale * g summed over all rows: the gradient of a bias, or with -1 of what is subtracted. */
export function biasGradient(context: Context, g: Tensor, total: Tensor, value: Shaped, scale = 1): void {
  const rows = rowsOf(context, value)
  const outputs = channels(value)
  const { part_rows, parts } = splitRows(rows)
  sumParts(context, parts, total, [1, outputs], partial => { context.program.launch('sum_rows', { x: g, parts: partial }, { rows, outputs, part_rows, first_part: 0, scale }) })
}
