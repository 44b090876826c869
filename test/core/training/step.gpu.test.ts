import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Recipe } from '../../../core/architecture/recipe.ts'
import { Executable, type Toolbox } from '../../../core/gpu/executable.ts'
import { Memory } from '../../../core/gpu/memory.ts'
import { buildProgram } from '../../../core/training/build.ts'
import { Model } from '../../../core/training/model.ts'
import { learningRateAt } from '../../../core/training/optimizers.ts'
import { packWeights, writeConstants, writeInitial } from '../../../core/training/weights.ts'
import { describeWorst, firstDifference, relativeError } from '../../oracle/compare.ts'
import { chainProject, randomLabels, randomPixels, type Step } from '../../oracle/examples.ts'
import { packWeights as packReference } from '../../oracle/bits.ts'
import { OracleNetwork, type TrainStep } from '../../oracle/network.ts'
import { adapters, openToolbox } from '../../support/adapters.ts'

/** Float results agree with the float64 reference to this part of the tensor's largest value. */
const TOLERANCE = 1e-4
/** Sums whose terms cancel are held to the size of their terms instead: ROUNDING * TOLERANCE of it, some 40 float32 roundings. */
const ROUNDING = 2e-2
/** Draws in which some decision lies closer than this to its threshold are left out: float32 may rightly decide otherwise. */
const MARGIN = 2e-5
/** Optimizers that divide by the gradient's size enlarge its relative error: compared where it is not lost in its terms or its tensor. */
const CANCELLATION = 1e-2
/** Gradients below this are nothing beside losses of order 1: a saturated softmax in float32 has none left. */
const NOTHING = 1e-6

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
const sign = fc.record({ mode: fc.constantFrom('deterministic', 'stochastic'), gradient: fc.constantFrom('clip', 'strict'), zero: fc.constantFrom('plus', 'zero') })
const dense = fc.record({ weights: fc.constantFrom('binary', 'binary', 'real'), bias: fc.boolean() })
const activate = fc.oneof({ weight: 3, arbitrary: sign.map(attributes => ['sign', attributes] as const) }, { weight: 1, arbitrary: fc.constantFrom('relu', 'hardTanh').map(name => ['activation', { function: name }] as const) })

const block = fc.record({ units: width, dense, batchNorm: fc.option(batchNorm, { freq: 5 }), activate, dropout: fc.option(fc.constantFrom(0.2, 0.5), { freq: 2 }) })

const optimizer = fc.oneof(
  fc.record({ kind: fc.constant('sgd' as const), momentum: fc.constantFrom(0, 0.9) }),
  fc.record({ kind: fc.constant('adam' as const), beta1: fc.constant(0.9), beta2: fc.constant(0.999), epsilon: fc.constant(1e-8) }),
  fc.record({ kind: fc.constant('adamaxShift' as const), mode: fc.constantFrom('paper' as const, 'torch' as const), beta1: fc.constant(0.875), beta2: fc.constant(0.999), epsilon: fc.constant(2 ** -27) }),
)

const network = fc.record({
  image: fc.record({ height: fc.integer({ min: 2, max: 9 }), width: fc.integer({ min: 2, max: 9 }), channels: fc.constantFrom(1, 3) }),
  inputDropout: fc.option(fc.constant(0.2), { freq: 2 }),
  blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
  classes: fc.integer({ min: 2, max: 12 }),
  last: fc.record({ dense, batchNorm: fc.option(batchNorm, { freq: 5 }) }),
  loss: fc.constantFrom('squaredHinge', 'crossEntropy'),
  rows: fc.oneof(fc.constantFrom(1, 100), fc.integer({ min: 3, max: 40 })),
  optimizer,
  layerScale: fc.record({ mode: fc.constantFrom('off' as const, 'exact' as const, 'powerOfTwo' as const), batchNormScale: fc.boolean() }),
  clip: fc.constantFrom('off' as const, 'binaryWeights' as const, 'everything' as const),
  weightInit: fc.constantFrom('unit' as const, 'fanIn' as const),
  activations: fc.constantFrom('recompute' as const, 'keep' as const),
  path: fc.constantFrom('planes' as const, 'float' as const),
  seed: fc.integer({ min: 0, max: 1e9 }),
})
type Network = typeof network extends fc.Arbitrary<infer T> ? T : never

function stepsOf(net: Network): Step[] {
  const steps: Step[] = [['image', 'input', net.image], ['flat', 'flatten']]
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

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/**
 * Whether some batch norm passes back less than a hundredth of what reaches it: in tiny batches and narrow nets its gradient
 * cancels (with two rows, all of it), and what is left in float32 says nothing.
 */
function cancelsInBatchNorm(net: Network, { trace }: TrainStep): boolean {
  const steps = stepsOf(net)
  return steps.some(([id, kind], index) => {
    const before = trace.get(steps[index - 1]?.[0] ?? '')?.gradient
    const after = trace.get(id)
    if (kind !== 'batchNorm' || !before || !after?.gradient || !after.statistics) return false
    const passed = largest(before)
    return passed > 0 && passed < 0.01 * largest(after.gradient) * largest(after.statistics.inverse)
  })
}

/** One step of the same network on the device and in the reference; undefined if a decision was too close to call. */
async function compareStep(toolbox: Toolbox, net: Network): Promise<{ failures: string[]; compared: number } | undefined> {
  const recipe: Partial<Recipe> = { optimizer: net.optimizer, layerScale: net.layerScale, clip: net.clip, weightInit: net.weightInit, activations: net.activations, seed: net.seed, batchSize: net.rows, learningRate: { start: 0.01, schedule: { kind: 'exponential', end: 0.001 } } }
  const project = chainProject(stepsOf(net), recipe)
  const pixels = { scale: 2 / 255, offset: -1 }
  const depth = net.image.height * net.image.width * net.image.channels
  const images = randomPixels(net.rows * depth, net.seed)
  const labels = randomLabels(net.rows, net.classes, net.seed + 1)
  const [step, epoch] = [3, 2]
  const oracle = new OracleNetwork(project, pixels)
  const wanted = oracle.trainStep(images, labels, step, epoch)
  if (wanted.margin.gradients < MARGIN || cancelsInBatchNorm(net, wanted)) return undefined

  const model = new Model(project, pixels)
  const memory = new Memory(toolbox.device)
  const { program, ports, gradients, outputs } = buildProgram(model, { training: true, rows: net.rows, inputPath: net.path, inspect: true })
  writeInitial(model, memory)
  writeConstants(model, memory)
  await packWeights(model, memory, toolbox)
  const executable = await Executable.compile(program, memory, toolbox)
  const stride = Math.ceil(depth / 4) * 4
  const padded = new Uint8Array(net.rows * stride)
  for (let m = 0; m < net.rows; m++) padded.set(images.subarray(m * depth, (m + 1) * depth), m * stride)
  memory.write(ports.pixels, padded)
  memory.write(ports.labels, Uint32Array.from(labels))
  const { start, schedule } = project.recipe.learningRate
  executable.submit({ step, rows: net.rows, slot: 5, rate: model.optimizer.rate(learningRateAt(start, schedule, epoch, project.recipe.epochs), step) })

  const failures: string[] = []
  let compared = 0
  const close = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, terms = 0): void => {
    compared++
    const error = relativeError(actual, expected, NOTHING + terms * ROUNDING)
    if (!(error <= TOLERANCE)) failures.push(`${name}: relative error ${error.toExponential(2)}; ${describeWorst(actual, expected)}`)
  }
  const metrics = await memory.readFloats(ports.metrics)
  close('loss', [(metrics[20] ?? NaN) / net.rows], [wanted.loss])
  if (wanted.margin.categories.ranking > MARGIN) expect([metrics[21], metrics[22]]).toEqual([wanted.errors, wanted.top5Errors])
  close('scores', await memory.readFloats(ports.scores), wanted.scores)
  for (const [name, tensor] of gradients) {
    close(`gradient of ${name}`, await memory.readFloats(tensor), wanted.gradients.get(name) as Float64Array, largest(wanted.magnitudes.get(name) as Float64Array))
  }
  for (const { name, tensor } of model.states.values()) close(name, await memory.readFloats(tensor), oracle.states.get(name) as Float64Array, 1)
  for (const [name, parameter] of model.parameters) {
    const expected = oracle.parameters.get(name) as Float64Array
    const margins = wanted.updateMargins.get(name) as Float64Array
    const gradient = wanted.gradients.get(name) as Float64Array
    const least = net.optimizer.kind === 'sgd' ? 0 : Math.max(NOTHING, CANCELLATION * largest(gradient))
    const sound = [...expected.keys()].filter(index => (margins[index] ?? 0) > CANCELLATION && Math.abs(gradient[index] ?? 0) >= least)
    const actual = await memory.readFloats(parameter.tensor)
    // Plain descent moves a parameter by the gradient itself, so it inherits what cancelled there.
    const moved = net.optimizer.kind === 'sgd' ? start * parameter.factor * largest(wanted.magnitudes.get(name) as Float64Array) : 0
    close(`updated ${name}`, sound.map(index => actual[index] ?? NaN), sound.map(index => expected[index] as number), moved)
    if (parameter.packed) {
      compared++
      // The bits are exactly the signs of the latent weights that the device itself arrived at.
      const difference = firstDifference(await memory.readWords(parameter.packed), packReference(actual, parameter.depth, parameter.outputs))
      if (difference) failures.push(`bits of ${name}: ${difference}`)
    }
  }
  for (const [id, traced] of wanted.trace) {
    const value = outputs.get(id)
    if (value?.flow === 'bits' && traced.bits && traced.presence) {
      compared++
      const bits = await memory.readWords(value.bits)
      const presence = value.presence && (await memory.readWords(value.presence))
      // An absent value has a sign of its own on the device; the reference calls it 0.
      const difference = firstDifference(presence ? bits.map((word, i) => word & (presence[i] ?? 0)) : bits, traced.bits) ?? (presence && firstDifference(presence, traced.presence))
      if (difference) failures.push(`bits that leave ${id}: ${difference}`)
    }
    if (value?.flow === 'sums' && value.integer && !value.normalisation) {
      compared++
      const sums = Array.from(new Int32Array((await memory.read(value.sums)).buffer), sum => sum * value.scale)
      const difference = value.scale === 1 || value.scale === 2 ? firstDifference(sums, traced.output) : undefined
      if (difference) failures.push(`sums of ${id}: ${difference}`)
    }
  }
  const evaluated = oracle.evaluate(images, labels)
  if (evaluated.margin.gradients > MARGIN) {
    const evaluation = buildProgram(model, { training: false, rows: net.rows, inputPath: net.path })
    const forward = await Executable.compile(evaluation.program, memory, toolbox)
    memory.write(evaluation.ports.pixels, padded)
    memory.write(evaluation.ports.labels, Uint32Array.from(labels))
    for (const [name, { tensor }] of model.parameters) memory.write(tensor, Float32Array.from(oracle.parameters.get(name) as Float64Array))
    for (const { name, tensor } of model.states.values()) memory.write(tensor, Float32Array.from(oracle.states.get(name) as Float64Array))
    await packWeights(model, memory, toolbox)
    forward.submit({ step: 0, rows: net.rows, slot: 0, rate: 0 })
    close('evaluated scores', await memory.readFloats(evaluation.ports.scores), evaluated.scores)
    forward.destroy()
  }
  expect(await memory.readWords(model.health)).toEqual(new Uint32Array(model.order.length))
  expect(outputs.size).toBe(model.order.length - 1)
  executable.destroy()
  memory.destroy()
  return { failures, compared }
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
        const result = await compareStep(toolbox, net)
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
