import type { ActivationAttributes } from '../architecture/kinds/activation.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { asReals, biasGradient, plainGradient, realsValue, rowsOf, splitRows, sumParts, sumReading } from './conversions.ts'
import type { Builder, Context, LayerSite, Parameter } from './context.ts'
import { channels, isFixed, words, type Gradient, type Sums, type Value } from './values.ts'

/** PReLU starts here (He et al. 2015). */
const FIRST_SLOPE = 0.25
/** The functions whose slope is 0 or 1, as shaders/activation.wgsl numbers them. */
const STEPPED = { relu: 0, hardTanh: 1, clip01: 2 } as const

/** A real activation: of fixed form, where a bit a value says where its gradient passes, or learned. */
export const buildActivation: Builder<ActivationAttributes> = (context, site, [input], { function: name }) => {
  invariant(input, () => `activation ${site.id} has no input`)
  const source = input.flow === 'sums' ? input : realsValue(input.shape, asReals(context, input))
  const computed = name === 'prelu' || name === 'rpRelu' ? learned(context, site, source, name === 'rpRelu') : stepped(context, source, STEPPED[name])
  return {
    output: computed.output,
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches activation ${site.id}`)
      return [isFixed(input) ? undefined : computed.backward(gradient)]
    },
  }
}

interface Computed {
  readonly output: Value
  backward(gradient: Gradient): Gradient
}

function stepped(context: Context, source: Sums, KIND: number): Computed {
  const { program } = context
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const y = program.tensor('activation', 'f32', [rows, outputs])
  const gradient_mask = program.tensor('gradient mask', 'u32', [rows, words(source)])
  const { tensors, overrides } = sumReading(source)
  program.launch('activation', { ...tensors, y, gradient_mask }, { rows, outputs, words: words(source), scale: source.scale }, { ...overrides, KIND })
  return { output: realsValue(source.shape, y), backward: gradient => ({ ...gradient, masks: [...gradient.masks, gradient_mask] }) }
}

/**
 * PReLU, and with `moved` RPReLU: y = t + lift where t > 0, else slope t + lift, for t = x - knee. Backward reads x again:
 * dx = g or slope g; dslope = sum of g min(t, 0), dknee = - sum of dx and dlift = sum of g, by channel.
 */
function learned(context: Context, site: LayerSite, source: Sums, moved: boolean): Computed {
  const { program } = context
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const parameter = (name: string, value: number): Parameter => context.parameter(site, name, { shape: [outputs], depth: 1, outputs, factor: 1, initial: { kind: 'constant', value } })
  const slope = parameter('slope', FIRST_SLOPE)
  const knee = moved ? parameter('knee', 0) : undefined
  const lift = moved ? parameter('lift', 0) : undefined
  const sizes = { rows, outputs, scale: source.scale }
  const bound = { slope: slope.tensor, knee: knee?.tensor ?? slope.tensor }
  const y = program.tensor('activation', 'f32', [rows, outputs])
  const { tensors, overrides } = sumReading(source)
  const kind = { ...overrides, MOVED: Number(moved) }
  program.launch('prelu', { ...tensors, ...bound, lift: lift?.tensor ?? slope.tensor, y }, sizes, kind)
  return {
    output: realsValue(source.shape, y),
    backward(gradient) {
      const g = plainGradient(context, gradient, source)
      const reading = { ...sumReading(source, source.again()).tensors, g }
      const dx = program.tensor('input gradient', 'f32', [rows, outputs])
      program.launch('prelu_backward', { ...reading, ...bound, dx }, sizes, kind)
      const trained = (parameter: Parameter | undefined, fill: (total: Tensor) => void): void => {
        if (!parameter) return
        const total = context.gradientTensor(parameter)
        fill(total)
        context.update(parameter, total)
      }
      const { part_rows, parts } = splitRows(rows)
      trained(slope, total => { sumParts(context, parts, total, [1, outputs], partial => { program.launch('prelu_slope_sums', { ...reading, knee: bound.knee, parts: partial }, { ...sizes, part_rows, first_part: 0 }, kind) }) })
      trained(knee, total => { biasGradient(context, dx, total, source, -1) })
      trained(lift, total => { biasGradient(context, g, total, source) })
      return { data: dx, masks: [], scale: 1 }
    },
  }
}
