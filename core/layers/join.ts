import type { ConcatAttributes } from '../architecture/kinds/joins.ts'
import type { Shape } from '../architecture/signal.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals, plainGradient, realsValue, rowsOf } from './conversions.ts'
import type { Builder, Context } from './context.ts'
import { channels, words, type Bits, type Value, isFixed } from './values.ts'

/** Branches side by side along the channels. Bits stay bits and whole sums stay whole, if all branches have one scale; else float32. */
export const buildConcat: Builder<ConcatAttributes> = (context, site, inputs) => {
  const [first] = inputs
  invariant(first, () => `concat ${site.id} has no inputs`)
  const { program } = context
  const rows = rowsOf(context, first)
  const outputs = inputs.reduce((sum, input) => sum + channels(input), 0)
  const shape: Shape = first.shape.length === 1 ? [outputs] : [first.shape[0], first.shape[1], outputs]
  return {
    output: joined(context, inputs, shape),
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches concat ${site.id}`)
      const x = plainGradient(context, gradient, { shape })
      return firsts(inputs).map(([input, at]) => {
        if (isFixed(input)) return undefined
        const y = program.tensor('branch gradient', 'f32', [rows, channels(input)])
        program.launch('take_channels', { x, y }, { rows, channels: channels(input), outputs, first: at })
        return { data: y, masks: [], scale: 1 }
      })
    },
  }
}

/** Every branch with the channel at which it begins. */
function firsts(inputs: readonly Value[]): [Value, number][] {
  let at = 0
  return inputs.map(input => {
    const first = at
    at += channels(input)
    return [input, first]
  })
}

function joined(context: Context, inputs: readonly Value[], shape: Shape): Value {
  const { program } = context
  const rows = rowsOf(context, { shape })
  const outputs = channels({ shape })
  const [head] = inputs as [Value, ...Value[]]
  const sizes = (input: Value, first: number): Record<string, number> => ({ rows, channels: channels(input), outputs, first })

  const bits = inputs.filter((input): input is Bits => input.flow === 'bits' && input.scale === (head as Bits).scale)
  if (bits.length === inputs.length) {
    const placed = (name: string, source: (input: Bits) => Tensor | undefined): Tensor => {
      const y = program.tensor(name, 'u32', [rows, words({ shape })])
      for (const [input, first] of firsts(bits) as [Bits, number][]) {
        const x = source(input)
        program.launch('place_bits', { x: x ?? input.bits, y }, sizes(input, first), { FILL: Number(x === undefined) })
      }
      return y
    }
    const all = placed('bits', input => input.bits)
    return { flow: 'bits', shape, bits: all, scale: (head as Bits).scale, ...(bits.some(input => input.presence) && { presence: placed('presence', input => input.presence) }) }
  }
  const whole = inputs.every(input => input.flow === 'sums' && input.integer && !input.normalisation && input.scale === (head as typeof input).scale)
  const place = (sources: readonly Tensor[]): Tensor => {
    const y = program.tensor('joined', whole ? 'u32' : 'f32', [rows, outputs])
    for (const [index, [input, first]] of firsts(inputs).entries()) program.launch('place_channels', { x: sources[index] as Tensor, y }, sizes(input, first))
    return y
  }
  if (!whole) return realsValue(shape, place(inputs.map(input => asReals(context, input))))
  const sums = place(inputs.map(input => (input as Extract<Value, { flow: 'sums' }>).sums))
  return { ...(head as Extract<Value, { flow: 'sums' }>), shape, sums, again: () => sums }
}

/** The sum of two branches, value by value, as float32: whole sums stay whole numbers there. */
export const buildAdd: Builder<object> = (context, site, [a, b]) => {
  invariant(a && b, () => `add ${site.id} lacks an input`)
  const { program } = context
  const rows = rowsOf(context, a)
  const outputs = channels(a)
  const c = program.tensor('sum', 'f32', [rows, outputs])
  program.launch('add', { a: asReals(context, a), b: asReals(context, b), c }, { rows, outputs })
  return { output: realsValue(a.shape, c), backward: gradient => [gradient, gradient] }
}
