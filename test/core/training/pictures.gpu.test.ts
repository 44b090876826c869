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
const drawing = process.env['BITWRIGHT_FUZZ'] === '1' ? {} : { seed: 20261126 }

const batchNorm = fc.record({ mode: fc.constantFrom('vanilla', 'shift'), running: fc.constantFrom('variance', 'inverseStd'), beta: fc.boolean() })
const pool = fc.record({ kind: fc.constantFrom('maxPool', 'maxPool', 'avgPool'), size: fc.integer({ min: 1, max: 3 }), stride: fc.integer({ min: 1, max: 3 }), padding: fc.integer({ min: 0, max: 1 }) })

const stage = fc.record({
  filters: fc.oneof(fc.integer({ min: 2, max: 40 }), fc.constantFrom(32, 64, 70)),
  kernel: fc.constantFrom(1, 2, 3, 3, 4),
  stride: fc.constantFrom(1, 1, 2),
  padding: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 2 }),
  weights: fc.record({ ...weightVariants, weights: fc.constantFrom('binary', 'binary', 'scaled', 'scaled', 'quantized', 'real') }),
  bias: fc.constantFrom(false, false, true),
  /** In front of batch norm, or behind the activation. */
  pool: fc.option(fc.record({ pool, early: fc.boolean() }), { freq: 2 }),
  batchNorm: fc.option(batchNorm, { freq: 6 }),
  activate: neuron,
  dropout: fc.option(fc.constantFrom(0.2, 0.5), { freq: 1, nil: null }),
  /** A branch beside it that meets it again. */
  join: fc.constantFrom('none', 'none', 'addSums', 'concatSums', 'concatBits'),
})
type Stage = typeof stage extends fc.Arbitrary<infer T> ? T : never

const network = fc.record({
  image: fc.record({ height: fc.integer({ min: 3, max: 9 }), width: fc.integer({ min: 3, max: 9 }), channels: fc.constantFrom(1, 3) }),
  coding: inputCoding,
  onInput: fc.constantFrom(null, null, null, 'batchNorm' as const, 'sign' as const),
  inputDropout: fc.option(fc.constant(0.2), { freq: 1 }),
  stages: fc.array(stage, { minLength: 1, maxLength: 3 }),
  end: fc.constantFrom('flatten', 'flatten', 'globalAvgPool'),
  classes: fc.integer({ min: 2, max: 6 }),
  rows: fc.constantFrom(1, 3, 5),
  optimizer: fc.constantFrom<Recipe['optimizer']>({ kind: 'sgd', momentum: 0.9 }, { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, { kind: 'adamaxShift', mode: 'paper', beta1: 0.875, beta2: 0.999, epsilon: 2 ** -27 }),
  layerScale: fc.record({ mode: fc.constantFrom('off' as const, 'exact' as const, 'powerOfTwo' as const), batchNormScale: fc.boolean() }),
  activations: fc.constantFrom('recompute' as const, 'keep' as const),
  seed: fc.integer({ min: 0, max: 1e9 }),
})
type Network = typeof network extends fc.Arbitrary<infer T> ? T : never

/** Layers and edges, kept such that every window fits its picture. */
class Drawing {
  readonly steps: Step[] = []
  readonly edges: { from: { node: string }; to: { node: string; port?: string } }[] = []
  last = ''
  /** What the last activation read, while nothing behind it changed the shape. */
  beforeSign: string | undefined
  height: number
  width: number

  constructor(image: Network['image'] & Network['coding']) {
    this.height = image.height
    this.width = image.width
    this.add('image', 'input', image, [])
  }

  add(id: string, kind: string, attributes: Step[2], sources = [this.last], ports: readonly string[] = []): void {
    this.steps.push([id, kind, attributes ?? {}])
    for (const [index, node] of sources.entries()) this.edges.push({ from: { node }, to: { node: id, ...(ports[index] !== undefined && { port: ports[index] }) } })
    this.last = id
    if (kind === 'concat' || kind.endsWith('Pool')) this.beforeSign = undefined
  }

  /** Moves a window over the picture, unless it does not fit. */
  window(size: number, stride: number, padding: number): boolean {
    const places = (side: number): number => Math.floor((side + 2 * padding - size) / stride) + 1
    if (padding >= size || places(this.height) < 1 || places(this.width) < 1) return false
    this.height = places(this.height)
    this.width = places(this.width)
    return true
  }

  pool(id: string, { kind, size, stride, padding }: typeof pool extends fc.Arbitrary<infer T> ? T : never): void {
    if (this.window(size, stride, padding)) this.add(id, kind, { size, stride, padding })
  }

  stage(i: number, one: Stage): void {
    const source = this.last
    const magnitude = this.beforeSign ?? source
    const padding = one.padding ?? Math.floor((one.kernel - 1) / 2)
    const kernel = this.window(one.kernel, one.stride, padding) ? { kernel: one.kernel, stride: one.stride, padding } : { kernel: 1, stride: 1, padding: 0 }
    const conv = { filters: one.filters, ...kernel, ...one.weights, bias: one.bias }
    const [sources, ports] = one.weights.weights === 'scaled' && one.weights.inputScale ? [[source, magnitude], ['in', 'magnitude']] : [[source], []]
    this.add(`conv${i}`, 'conv2d', conv, sources, ports)
    if (one.join === 'addSums' || one.join === 'concatSums') {
      this.add(`side${i}`, 'conv2d', one.join === 'addSums' ? { ...conv } : { ...conv, filters: 7 }, sources, ports)
      if (one.join === 'addSums') this.add(`join${i}`, 'add', {}, [`conv${i}`, `side${i}`], ['a', 'b'])
      else this.add(`join${i}`, 'concat', {}, [`conv${i}`, `side${i}`], ['in1', 'in2'])
    }
    if (one.pool?.early) this.pool(`pool${i}`, one.pool.pool)
    if (one.batchNorm) this.add(`norm${i}`, 'batchNorm', one.batchNorm)
    const normed = this.last
    this.beforeSign = normed
    this.add(`act${i}`, one.activate[0], one.activate[1])
    if (one.join === 'concatBits') {
      this.add(`other${i}`, one.activate[0], one.activate[1], [normed])
      this.add(`join${i}`, 'concat', { inputs: 3 }, [`act${i}`, `other${i}`, `act${i}`], ['in1', 'in2', 'in3'])
    }
    const ternary = one.activate[0] === 'sign' && one.activate[1]['zero'] === 'zero'
    if (one.pool && !one.pool.early && !(ternary && one.pool.pool.kind === 'maxPool')) this.pool(`pool${i}`, one.pool.pool)
    if (one.dropout !== null) this.add(`drop${i}`, 'dropout', { rate: one.dropout })
  }
}

function caseOf(net: Network): StepCase {
  const drawn = new Drawing({ ...net.image, ...net.coding })
  if (net.onInput !== null && net.coding.coding !== 'threshold') drawn.add('first', net.onInput, {})
  if (net.inputDropout !== null) drawn.add('drop', 'dropout', { rate: net.inputDropout })
  for (const [i, one] of net.stages.entries()) drawn.stage(i, one)
  drawn.add('flat', net.end, {})
  drawn.add('scores', 'dense', { units: net.classes })
  drawn.add('scored', 'batchNorm', {})
  drawn.add('head', 'head', {})
  const recipe: Partial<Recipe> = { optimizer: net.optimizer, layerScale: net.layerScale, activations: net.activations, seed: net.seed, batchSize: net.rows, learningRate: { start: 0.01, schedule: { kind: 'exponential', end: 0.001 } } }
  return { project: graphProject(drawn.steps, drawn.edges, recipe), rows: net.rows, path: 'float' }
}

describe.each(adapters.flatMap(adapter => (['first', 'last'] as const).map(which => [adapter, which] as const)))('a step of a convolutional network on %s, by the %s candidate of each family', (adapter, which) => {
  let toolbox: Toolbox
  beforeAll(async () => {
    toolbox = await openToolbox(adapter, which)
  })
  afterAll(() => {
    toolbox.device.device.destroy()
  })

  it('agrees with the float64 reference for random graphs, windows and batch sizes', async () => {
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
