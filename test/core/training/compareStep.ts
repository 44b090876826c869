import fc from 'fast-check'
import { expect } from 'vitest'
import type { Project } from '../../../core/architecture/project.ts'
import { popcount } from '../../../core/analysis/signs.ts'
import { Executable, type Toolbox } from '../../../core/gpu/executable.ts'
import { buildProgram } from '../../../core/training/build.ts'
import { packWeights } from '../../../core/training/weights.ts'
import { describeWorst, firstDifference, relativeError } from '../../oracle/compare.ts'
import type { TrainStep } from '../../oracle/network.ts'
import { bitsOf, drawCase, EPOCH, SLOT, STEP, stepOnDevice, type StepCase } from './deviceStep.ts'

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

/** How the input of a random network codes its pixels: mostly as the recipe says. */
export const inputCoding = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ coding: 'recipe' }) },
  { weight: 1, arbitrary: fc.constant({ coding: 'affine', low: 0, high: 1.5 }) },
  { weight: 2, arbitrary: fc.record({ coding: fc.constant('fixedPoint'), bits: fc.constantFrom(2, 5, 8, 12), low: fc.constant(-1.25), high: fc.constant(1) }) },
  { weight: 1, arbitrary: fc.record({ coding: fc.constant('threshold'), threshold: fc.constantFrom(0, 0.25) }) },
)

function largest(values: Float64Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
}

/**
 * Whether some batch norm passes back less than a hundredth of what reaches it: in tiny batches and narrow nets its gradient
 * cancels (with two rows, all of it), and what is left in float32 says nothing. So it does where every row is the same, as of a picture
 * that a threshold made white: then nothing is divided by the root of epsilon, and the gradients of the rows cancel behind it.
 */
function cancelsInBatchNorm({ architecture }: Project, { trace }: TrainStep): boolean {
  return architecture.nodes.some(({ id, kind }) => {
    const before = trace.get(architecture.edges.find(({ to }) => to.node === id)?.from.node ?? '')?.gradient
    const after = trace.get(id)
    if (kind !== 'batchNorm' || !before || !after?.gradient || !after.statistics) return false
    const passed = largest(before)
    if (largest(after.statistics.variance) < 1e-6) return true
    return passed > 0 && passed < 0.01 * largest(after.gradient) * largest(after.statistics.inverse)
  })
}

/** One step of the same network on the device and in the reference; undefined if a decision was too close to call. */
export async function compareStep(toolbox: Toolbox, { project, rows, path }: StepCase): Promise<{ failures: string[]; compared: number } | undefined> {
  const drawn = drawCase({ project, rows, path })
  const { model, oracle, images, labels } = drawn
  const { optimizer, learningRate: { start } } = project.recipe
  const wanted = oracle.trainStep(images, labels, STEP, EPOCH)
  if (wanted.margin.gradients < MARGIN || cancelsInBatchNorm(project, wanted)) return undefined

  const { memory, executable, built: { ports, gradients, outputs }, padded } = await stepOnDevice(toolbox, drawn, { project, rows, path })
  const failures: string[] = []
  let compared = 0
  const close = (name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, terms = 0): void => {
    compared++
    const error = relativeError(actual, expected, NOTHING + terms * ROUNDING)
    if (!(error <= TOLERANCE)) failures.push(`${name}: relative error ${error.toExponential(2)}; ${describeWorst(actual, expected)}`)
  }
  const metrics = await memory.readFloats(ports.metrics)
  close('loss', [(metrics[4 * SLOT] ?? NaN) / rows], [wanted.loss])
  if (wanted.margin.categories.ranking > MARGIN) expect([metrics[4 * SLOT + 1], metrics[4 * SLOT + 2]]).toEqual([wanted.errors, wanted.top5Errors])
  const headErrors = await memory.readFloats(ports.headErrors)
  expect([...headErrors.subarray(2 * ((SLOT + 1) * model.heads.length - 1), 2 * (SLOT + 1) * model.heads.length)]).toEqual([metrics[4 * SLOT + 1], metrics[4 * SLOT + 2]])
  close('scores', await memory.readFloats(ports.scores), wanted.scores)
  for (const [name, tensor] of gradients) {
    close(`gradient of ${name}`, await memory.readFloats(tensor), wanted.gradients.get(name) as Float64Array, largest(wanted.magnitudes.get(name) as Float64Array))
  }
  for (const { name, tensor } of model.states.values()) close(name, await memory.readFloats(tensor), oracle.states.get(name) as Float64Array, 1)
  for (const [name, parameter] of model.parameters) {
    const expected = oracle.parameters.get(name) as Float64Array
    const margins = wanted.updateMargins.get(name) as Float64Array
    const gradient = wanted.gradients.get(name) as Float64Array
    const least = optimizer.kind === 'sgd' ? 0 : Math.max(NOTHING, CANCELLATION * largest(gradient))
    const sound = [...expected.keys()].filter(index => (margins[index] ?? 0) > CANCELLATION && Math.abs(gradient[index] ?? 0) >= least)
    const actual = await memory.readFloats(parameter.tensor)
    // Plain descent moves a parameter by the gradient itself, so it inherits what cancelled there.
    const inherited = optimizer.kind === 'sgd' ? start * parameter.factor * largest(wanted.magnitudes.get(name) as Float64Array) : 0
    close(`updated ${name}`, sound.map(index => actual[index] ?? NaN), sound.map(index => expected[index] as number), inherited)
    if (parameter.packed) {
      compared++
      // The bits are exactly the signs of the latent weights that the device itself arrived at.
      const difference = firstDifference(await memory.readWords(parameter.packed), bitsOf(actual, parameter))
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
    const evaluation = buildProgram(model, { training: false, rows, inputPath: path })
    const forward = await Executable.compile(evaluation.program, memory, toolbox)
    memory.write(evaluation.ports.pixels, padded)
    memory.write(evaluation.ports.labels, Uint32Array.from(labels))
    for (const [name, { tensor }] of model.parameters) memory.write(tensor, Float32Array.from(oracle.parameters.get(name) as Float64Array))
    for (const { name, tensor } of model.states.values()) memory.write(tensor, Float32Array.from(oracle.states.get(name) as Float64Array))
    await packWeights(model, memory, toolbox)
    forward.submit({ step: 0, rows, slot: 0, rate: 0 })
    close('evaluated scores', await memory.readFloats(evaluation.ports.scores), evaluated.scores)
    const signs = [...evaluated.trace].flatMap(([id, { bits }]) => (model.node(id).kind === 'sign' && bits ? [{ id, ones: bits.reduce((sum, word) => sum + popcount(word), 0) }] : []))
    const positives = signs.length > 0 ? await memory.readWords(evaluation.ports.positives) : []
    for (const { id, ones } of signs) if (positives[model.order.indexOf(id)] !== ones) failures.push(`values of +1 of ${id}: ${positives[model.order.indexOf(id)]} instead of ${ones}`)
    compared += signs.length
    forward.destroy()
  }
  expect(await memory.readWords(model.health)).toEqual(new Uint32Array(model.order.length))
  expect(outputs.size).toBe(model.order.length - 1)
  executable.destroy()
  memory.destroy()
  return { failures, compared }
}
