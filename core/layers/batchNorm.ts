import type { BatchNormAttributes } from '../architecture/kinds/batchNorm.ts'
import { invariant } from '../errors.ts'
import { Stream } from '../random.ts'
import { asReals, oneMask, realsValue } from './conversions.ts'
import type { Builder } from './context.ts'
import { batchNormScale } from './layerScale.ts'
import { channels, words, type Sums } from './values.ts'

/**
 * Batch normalisation per channel, vanilla or shift-based (bnn-spec 1.3). Forward only measures the batch: the
 * normalised values are computed by whoever reads them, so they never take memory. Backward computes the sums
 * again from bits (or takes the kept ones).
 */
export const buildBatchNorm: Builder<BatchNormAttributes> = (context, site, [input], attributes) => {
  invariant(input, () => `batch norm ${site.id} has no input`)
  const { program, rows, recipe, training } = context
  const source: Sums = input.flow === 'sums' && !input.normalisation ? input : realsValue(input.shape, asReals(context, input))
  const outputs = channels(source)
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
    program.launch(
      'batch_norm_statistics',
      { sums: source.sums, statistics, running_mean, running_spread, health: context.ports.health },
      { rows, outputs, scale: source.scale, epsilon: attributes.epsilon, momentum: attributes.momentum, place: context.healthPlace(site) },
      { ...overrides, RUNNING_VARIANCE },
    )
  } else {
    program.launch('batch_norm_running', { running_mean, running_spread, statistics }, { outputs, epsilon: attributes.epsilon }, { SHIFT: overrides.SHIFT, FLOOR: overrides.FLOOR, RUNNING_VARIANCE })
  }
  const normalisation = { statistics, gamma: gamma.tensor, beta: beta?.tensor ?? context.constant(outputs, 0), shift, floor: overrides.FLOOR === 1 }
  return {
    output: { ...source, normalisation, again: () => source.again() },
    backward(gradient) {
      invariant(gradient, () => `no gradient reaches batch norm ${site.id}`)
      const sums = source.again()
      const mask = oneMask(context, gradient)
      const dx = program.tensor('input gradient', 'f32', [rows, outputs])
      const dgamma = context.gradientTensor(gamma)
      const dbeta = beta ? context.gradientTensor(beta) : program.tensor('beta gradient', 'f32', [outputs])
      program.launch(
        'batch_norm_backward',
        { sums, statistics, gamma: gamma.tensor, g: gradient.data, mask: mask ?? gradient.data, dx, dgamma, dbeta },
        { rows, outputs, words: words(source), scale: source.scale, g_scale: gradient.scale },
        { ...overrides, MASKED: Number(mask !== undefined) },
      )
      context.update(gamma, dgamma)
      if (beta) context.update(beta, dbeta)
      return [input.flow === 'pixels' ? undefined : { data: dx, masks: [], scale: 1 }]
    },
  }
}
