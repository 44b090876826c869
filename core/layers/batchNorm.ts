import type { BatchNormAttributes } from '../architecture/kinds/batchNorm.ts'
import { invariant } from '../errors.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { Stream } from '../random.ts'
import { asReals, oneMask, realsValue, rowsOf, splitRows, sumParts } from './conversions.ts'
import type { Builder, Parameter } from './context.ts'
import { batchNormScale } from './layerScale.ts'
import { channels, words, type Sums, isFixed } from './values.ts'

/**
 * Batch normalisation per channel, vanilla or shift-based (bnn-spec 1.3). Forward only measures the batch: the
 * normalised values are computed by whoever reads them, so they never take memory. Backward computes the sums
 * again from bits (or takes the kept ones).
 */
export const buildBatchNorm: Builder<BatchNormAttributes> = (context, site, [input], attributes) => {
  invariant(input, () => `batch norm ${site.id} has no input`)
  const { program, recipe, training } = context
  const source: Sums = input.flow === 'sums' && !input.normalisation ? input : realsValue(input.shape, asReals(context, input))
  const rows = rowsOf(context, source)
  const outputs = channels(source)
  const { part_rows, parts } = splitRows(rows)
  const shift = attributes.mode === 'shift'
  const overrides = { INTEGER: Number(source.integer), SHIFT: Number(shift), FLOOR: Number(shift && attributes.rounding === 'floor') }
  const RUNNING_VARIANCE = Number(attributes.running === 'variance')

  const gamma = context.parameter(site, 'gamma', {
    shape: [outputs],
    depth: 1,
    outputs,
    factor: batchNormScale(recipe, outputs),
    initial: attributes.gammaInit === 'one' ? { kind: 'constant', value: 1 } : { kind: 'uniform', low: 0, high: 1, key: context.key(Stream.batchNormScale, site) },
  })
  const beta = attributes.beta ? context.parameter(site, 'beta', { shape: [outputs], depth: 1, outputs, factor: 1, initial: { kind: 'constant', value: 0 } }) : undefined
  const running_mean = context.state(site, 'runningMean', outputs, 0)
  const running_spread = context.state(site, attributes.running === 'variance' ? 'runningVariance' : 'runningInverseStd', outputs, 1)

  const statistics = program.tensor('statistics', 'f32', [2, outputs])
  if (training) {
    const sizes = { rows, outputs, part_rows, first_part: 0 }
    const totals = program.tensor('totals', 'f32', [parts, outputs])
    const squares = program.tensor('squares', 'f32', [parts, outputs])
    program.launch('batch_norm_sums', { sums: source.sums, totals }, { ...sizes, scale: source.scale }, { INTEGER: overrides.INTEGER })
    program.launch('batch_norm_squares', { sums: source.sums, totals, squares }, { ...sizes, batch_rows: rows, scale: source.scale }, overrides)
    program.launch(
      'batch_norm_statistics',
      { totals, squares, statistics, running_mean, running_spread, health: context.ports.health },
      { outputs, part_rows, batch_rows: rows, epsilon: attributes.epsilon, momentum: attributes.momentum, place: context.healthPlace(site) },
      { SHIFT: overrides.SHIFT, FLOOR: overrides.FLOOR, RUNNING_VARIANCE },
    )
  } else {
    program.launch('batch_norm_running', { running_mean, running_spread, statistics }, { outputs, epsilon: attributes.epsilon }, { SHIFT: overrides.SHIFT, FLOOR: overrides.FLOOR, RUNNING_VARIANCE })
  }
  // Backward of what follows and of this layer want the same sums: they are computed again once.
  let repeated: Tensor | undefined
  const sumsAgain = (): Tensor => (repeated ??= source.again())
  const normalisation = { statistics, gamma: gamma.tensor, beta: beta?.tensor ?? context.constant(outputs, 0), shift, floor: overrides.FLOOR === 1 }
  return {
    output: { ...source, normalisation, again: sumsAgain },
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches batch norm ${site.id}`)
      const sums = sumsAgain()
      const mask = oneMask(context, gradient)
      const dx = program.tensor('input gradient', 'f32', [rows, outputs])
      const totals = program.tensor('totals', 'f32', [3, outputs])
      const reading = { sums, statistics, g: gradient.data, mask: mask ?? gradient.data }
      const sizes = { rows, batch_rows: rows, outputs, words: words(source), part_rows, first_part: 0, scale: source.scale, g_scale: gradient.scale }
      const kind = { ...overrides, MASKED: Number(mask !== undefined) }
      sumParts(context, parts, totals, [3, outputs], partial => { program.launch('batch_norm_backward_sums', { ...reading, parts: partial }, sizes, kind) })
      program.launch('batch_norm_backward', { ...reading, gamma: gamma.tensor, totals, dx }, sizes, kind)
      const take = (parameter: Parameter, first: number): void => {
        const y = context.gradientTensor(parameter)
        program.launch('take_channels', { x: totals, y }, { rows: 1, channels: outputs, outputs: 3 * outputs, first })
        context.update(parameter, y)
      }
      take(gamma, 2 * outputs)
      if (beta) take(beta, 0)
      return [isFixed(input) ? undefined : { data: dx, masks: [], scale: 1 }]
    },
  }
}
