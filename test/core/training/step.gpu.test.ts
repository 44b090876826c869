import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Recipe } from '../../../core/architecture/recipe.ts'
import type { Toolbox } from '../../../core/gpu/executable.ts'
import { graphProject, type Step } from '../../oracle/examples.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'
import { compareStep, inputCoding } from './compareStep.ts'
import type { StepCase } from './deviceStep.ts'
import { neuron } from './neurons.ts'
import { weightVariants } from './weightVariants.ts'

/** The same draws every time, so that a red run means a change; BITWRIGHT_FUZZ=1 roams. */
const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261124 }

const width = fc.integer({ min: 3, max: 70 })
const batchNorm = fc.record({
  mode: fc.constantFrom('vanilla', 'shift'),
  running: fc.constantFrom('variance', 'inverseStd'),
  rounding: fc.constantFrom('nearest', 'floor'),
  beta: fc.boolean(),
  gammaInit: fc.constantFrom('one', 'uniform'),
})
const dense = fc.record({ ...weightVariants, weights: fc.constantFrom('binary', 'binary', 'scaled', 'scaled', 'quantized', 'real'), bias: fc.boolean() })

const block = fc.record({ units: width, dense, batchNorm: fc.option(batchNorm, { freq: 5 }), activate: neuron, dropout: fc.option(fc.constantFrom(0.2, 0.5), { freq: 2 }) })

const optimizer = fc.oneof(
  fc.record({ kind: fc.constant('bop' as const), threshold: fc.constantFrom(0, 1e-8, 1e-3), gamma: fc.constantFrom(1e-4, 0.1), gammaSchedule: fc.constant({ kind: 'step' as const, every: 2, factor: 0.5 }), beta1: fc.constant(0.9), beta2: fc.constant(0.999), epsilon: fc.constant(1e-8) }),
  fc.record({ kind: fc.constant('sgd' as const), momentum: fc.constantFrom(0, 0.9) }),
  fc.record({ kind: fc.constant('adam' as const), beta1: fc.constant(0.9), beta2: fc.constant(0.999), epsilon: fc.constant(1e-8) }),
  fc.record({ kind: fc.constant('adamaxShift' as const), mode: fc.constantFrom('paper' as const, 'torch' as const), beta1: fc.constant(0.875), beta2: fc.constant(0.999), epsilon: fc.constant(2 ** -27) }),
)

const network = fc.record({
  image: fc.record({ height: fc.integer({ min: 2, max: 9 }), width: fc.integer({ min: 2, max: 9 }), channels: fc.constantFrom(1, 3) }),
  coding: inputCoding,
  onInput: fc.constantFrom(null, null, null, 'batchNorm' as const, 'sign' as const),
  inputDropout: fc.option(fc.constant(0.2), { freq: 2 }),
  blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
  classes: fc.integer({ min: 2, max: 12 }),
  last: fc.record({ dense, batchNorm: fc.option(batchNorm, { freq: 5 }) }),
  loss: fc.constantFrom('squaredHinge', 'crossEntropy'),
  rows: fc.oneof(fc.constantFrom(1, 100), fc.integer({ min: 3, max: 40 })),
  optimizer,
  layerScale: fc.record({ mode: fc.constantFrom('off' as const, 'exact' as const, 'powerOfTwo' as const), batchNormScale: fc.boolean() }),
  weightDecay: fc.record({ rate: fc.constantFrom(0, 0.01), on: fc.constantFrom('weights' as const, 'realWeights' as const, 'everything' as const) }),
  schedule: fc.constantFrom({ kind: 'exponential' as const, end: 0.001 }, { kind: 'linear' as const }),
  clip: fc.constantFrom('off' as const, 'binaryWeights' as const, 'everything' as const),
  weightInit: fc.constantFrom('unit' as const, 'fanIn' as const),
  activations: fc.constantFrom('recompute' as const, 'keep' as const),
  path: fc.constantFrom('planes' as const, 'float' as const),
  seed: fc.integer({ min: 0, max: 1e9 }),
})
type Network = typeof network extends fc.Arbitrary<infer T> ? T : never

/** Layers one after the other; the reals in front of a sign also go to the layer behind it where that wants their scale. */
function edgesOf(steps: readonly Step[]): unknown[] {
  return steps.flatMap(([id, , attributes], i) => {
    const before = steps[i - 1]?.[0]
    if (before === undefined) return []
    const sign = [i - 1, i - 2].find(at => steps[at]?.[1] === 'sign' && (at === i - 1 || steps[i - 1]?.[1] === 'dropout'))
    const reals = steps[(sign ?? i) - 1]?.[0]
    const magnitude = attributes?.['weights'] === 'scaled' && attributes['inputScale'] === true
    return [{ from: { node: before }, to: { node: id } }, ...(magnitude ? [{ from: { node: reals }, to: { node: id, port: 'magnitude' } }] : [])]
  })
}

function stepsOf(net: Network): Step[] {
  const steps: Step[] = [['image', 'input', { ...net.image, ...net.coding }], ['flat', 'flatten']]
  if (net.onInput !== null && net.coding.coding !== 'threshold') steps.push(['first', net.onInput])
  if (net.inputDropout !== null) steps.push(['drop0', 'dropout', { rate: net.inputDropout }])
  for (const [i, one] of net.blocks.entries()) {
    steps.push([`dense${i}`, 'dense', { units: one.units, ...one.dense }])
    if (one.batchNorm) steps.push([`norm${i}`, 'batchNorm', one.batchNorm])
    steps.push([`act${i}`, one.activate[0], one.activate[1]])
    if (one.dropout !== null) steps.push([`drop${i + 1}`, 'dropout', { rate: one.dropout }])
  }
  steps.push(['scores', 'dense', { units: net.classes, ...net.last.dense }])
  if (net.last.batchNorm) steps.push(['scored', 'batchNorm', net.last.batchNorm])
  steps.push(['head', 'head', { loss: net.loss }])
  return steps
}

function caseOf(net: Network): StepCase {
  const recipe: Partial<Recipe> = { optimizer: net.optimizer, layerScale: net.layerScale, clip: net.clip, weightInit: net.weightInit, activations: net.activations, seed: net.seed, batchSize: net.rows, weightDecay: net.weightDecay, learningRate: { start: 0.01, schedule: net.schedule } }
  const steps = stepsOf(net)
  return { project: graphProject(steps, edgesOf(steps), recipe), rows: net.rows, path: net.path }
}

describe.each(adapters.flatMap(adapter => (['first', 'last'] as const).map(which => [adapter, which] as const)))('a whole training step on %s, by the %s candidate of each family', (adapter, which) => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter, which)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  it('agrees with the float64 reference for random networks, recipes and batch sizes', async () => {
    let compared = 0
    let drawn = 0
    await fc.assert(
      fc.asyncProperty(network, async net => {
        drawn++
        const result = await compareStep(toolbox, caseOf(net))
        fc.pre(result !== undefined)
        compared += result.compared
        expect(result.failures).toEqual([])
      }),
      { numRuns: 25, maxSkipsPerRun: 50, ...drawing },
    )
    console.info(`${adapter}: ${compared} tensors compared over ${drawn} draws`)
    expect(compared).toBeGreaterThan(150)
  })
})
