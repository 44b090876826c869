import type { Toolbox } from '../../../core/gpu/executable.ts'
import type { Memory } from '../../../core/gpu/memory.ts'
import type { Gradient, Value } from '../../../core/layers/values.ts'
import { describeWorst, firstDifference, relativeError } from '../../oracle/compare.ts'
import { zeroGradient, type ParameterGradient } from '../../oracle/dense.ts'
import type { Layer } from '../../oracle/graph.ts'
import { doubtsOf, gainOf } from '../../oracle/local.ts'
import { Margins } from '../../oracle/margins.ts'
import { at, Matrix } from '../../oracle/numbers.ts'
import { backwardLayer, forwardLayer, headLosses, sizeOf, type Result, type Sources } from '../../oracle/passes.ts'
import { bitsOf, drawCase, EPOCH, SLOT, STEP, stepOnDevice, type DeviceStep, type StepCase } from './deviceStep.ts'

/** Float results agree with the reference to this part of the tensor's largest value. */
const TOLERANCE = 2e-5
/** Sums whose terms cancel are held to the size of their terms instead, times TOLERANCE: some dozen float32 roundings. */
const ROUNDING = 5e-2

export interface LocalComparison {
  readonly failures: readonly string[]
  /** Tensors held against the reference, and values in them. */
  readonly tensors: number
  readonly values: number
  /** Values left out since a decision of their own layer was too close to call. */
  readonly leftOut: number
  /** The largest gradient that reaches each layer on the device; absent where none does. */
  readonly reaching: ReadonlyMap<string, number>
  /** What each layer of the device gave, and the parameters it had before the step. */
  readonly outputs: ReadonlyMap<string, Float64Array>
  readonly parameters: ReadonlyMap<string, Float64Array>
}

function largest(values: ArrayLike<number>): number {
  let most = 0
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] ?? NaN))
  return most
}

/** What is compared, and what was found. */
class Comparison {
  readonly failures: string[] = []
  tensors = 0
  values = 0
  leftOut = 0

  /** Where `doubts` has a 1 for an index (or, shorter, for its channel) nothing is compared. `terms`: the largest size of what is added up. */
  close(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, { terms = 0, doubts }: { readonly terms?: number; readonly doubts?: Uint8Array | undefined } = {}): void {
    const sound = doubts && Array.from({ length: expected.length }, (_, index) => index).filter(index => doubts[index % doubts.length] === 0)
    const [a, e] = sound ? [sound.map(index => actual[index] ?? NaN), sound.map(index => at(expected, index))] : [actual, expected]
    this.#count(e.length, expected.length)
    const error = relativeError(a, e, 1e-30 + terms * ROUNDING)
    if (actual.length !== expected.length || !(error <= TOLERANCE)) this.failures.push(`${name}: relative error ${error.toExponential(2)}; ${describeWorst(a, e)}`)
  }

  same(name: string, actual: ArrayLike<number>, expected: ArrayLike<number>, doubts?: Uint8Array): void {
    const settled = doubts ? Array.from(actual, (value, index) => (doubts[index] === 1 ? at(expected, index) : value)) : actual
    this.#count(expected.length - (doubts?.reduce((sum, doubt) => sum + doubt, 0) ?? 0), expected.length)
    const difference = firstDifference(settled, expected)
    if (difference) this.failures.push(`${name}: ${difference}`)
  }

  #count(compared: number, all: number): void {
    this.tensors++
    this.values += compared
    this.leftOut += all - compared
  }
}

/** One bit a value, [rows][words], where it is set. */
function bit(words: Uint32Array, columns: number, index: number): number {
  const column = index % columns
  return (at(words, Math.floor(index / columns) * Math.ceil(columns / 32) + (column >> 5)) >>> (column & 31)) & 1
}

class DeviceReader {
  readonly #memory: Memory
  readonly #built: DeviceStep['built']

  constructor({ memory, built }: DeviceStep) {
    this.#memory = memory
    this.#built = built
  }

  /** What a layer's output means; undefined for pixels, which nothing on the device computed. */
  async output({ id, channels }: Layer, value: Value): Promise<{ readonly values: Float64Array; readonly whole: boolean } | undefined> {
    if (value.flow === 'pixels') return undefined
    if (value.flow === 'bits') {
      const bits = await this.#memory.readWords(value.bits)
      const presence = value.presence && (await this.#memory.readWords(value.presence))
      const rows = bits.length / Math.ceil(channels / 32)
      const values = Float64Array.from({ length: rows * channels }, (_, index) => (presence && bit(presence, channels, index) === 0 ? 0 : value.scale * (2 * bit(bits, channels, index) - 1)))
      return { values, whole: value.scale === 1 || value.scale === 2 }
    }
    if (value.integer && !value.normalisation) {
      const sums = new Int32Array((await this.#memory.read(value.sums)).buffer)
      return { values: Float64Array.from(sums, sum => sum * value.scale), whole: value.scale === 1 || value.scale === 2 }
    }
    const reals = this.#built.reals.get(id)
    if (!reals) throw new Error(`${id} has no reals`)
    return { values: Float64Array.from(await this.#memory.readFloats(reals)), whole: false }
  }

  /** A gradient with its masks and scale applied. */
  async gradient({ channels }: Pick<Layer, 'channels'>, { data, masks, scale }: Gradient): Promise<Matrix> {
    const plain = await this.#memory.readFloats(data)
    const words = await Promise.all(masks.map(mask => this.#memory.readWords(mask)))
    const values = Float64Array.from(plain, (g, index) => (words.every(mask => bit(mask, channels, index) === 1) ? scale * g : 0))
    return new Matrix(values.length / channels, channels, values)
  }
}

/**
 * One step of a network on the device, every layer of it held against the reference by itself: given the outputs that the device's
 * earlier layers gave and the gradient that its later ones passed back, what the layer makes of them, forward, backward, and in
 * its parameters. So a threshold that is crossed otherwise matters to the values that hang on it in this very layer, and to no other.
 */
export async function localStep(toolbox: Toolbox, one: StepCase): Promise<LocalComparison> {
  const drawn = drawCase(one)
  const { model, oracle, images, labels } = drawn
  const { layers } = oracle
  const parameters = new Map([...oracle.parameters].map(([name, values]) => [name, values.slice()]))
  const training = { seed: one.project.recipe.seed, step: STEP }
  const step = await stepOnDevice(toolbox, drawn, one, { reals: true })
  const { memory, built: { ports, outputs, backward, gradients } } = step
  const device = new DeviceReader(step)
  const found = new Comparison()
  const given: Result[] = []
  const locals: Result[] = []

  for (const layer of layers) {
    const sources = layer.sources.map(ordinal => given[ordinal]) as unknown as Sources
    const picture = layer.kind === 'input' ? layer : sizeOf(layers, layer)
    const expected = layer.kind === 'input' ? { output: oracle.decode(images, labels), exact: true } : forwardLayer(layer, oracle, sources, picture, training, new Margins())
    locals.push(expected)
    const value = outputs.get(layer.id)
    const actual = value && (await device.output(layer, value))
    if (!actual) {
      given.push(expected)
      continue
    }
    const { output } = layer.kind === 'input' ? {} : doubtsOf(layer, parameters, sources[0], picture, training)
    const terms = layer.kind === 'input' ? 0 : largest(sources[0].output.values) * gainOf(layer, expected, parameters)
    if (actual.whole) found.same(`output of ${layer.id}`, actual.values, expected.output.values, output)
    else found.close(`output of ${layer.id}`, actual.values, expected.output.values, { terms, doubts: output })
    given.push({ output: new Matrix(expected.output.rows, expected.output.columns, actual.values), exact: actual.whole })
  }

  const { loss, ofScores } = headLosses(layers, given, labels, oracle.lossOverride(), new Margins())
  const metrics = await memory.readFloats(ports.metrics)
  found.close('loss', [at(metrics, 4 * SLOT) / one.rows], [loss], { terms: 1 })
  const reaching = new Map<string, number>()
  const doubtful = new Map<string, Uint8Array>()
  const returned = new Map<number, Matrix[]>()
  const wanted = new Map<string, ParameterGradient>()
  for (const layer of layers.toReversed()) {
    const back = backward.get(layer.id)
    const own = layer.kind === 'head' ? ofScores.get(layer.id) : back?.reached && (await device.gradient(layer, back.reached))
    if (!back || !own) continue
    const passed = returned.get(layer.ordinal)
    const total = passed && passed.reduce((sum, more) => sum.map((g, row, column) => g + more.at(row, column)))
    if (total) found.close(`gradient that reaches ${layer.id}`, own.values, total.values, { terms: Math.max(...passed.map(({ values }) => largest(values))) })
    reaching.set(layer.id, largest(own.values))
    const sources = layer.sources.map(ordinal => given[ordinal]) as unknown as Sources
    const picture = sizeOf(layers, layer)
    const local = locals[layer.ordinal] as Result
    const results = layers.map(({ ordinal }) => (ordinal === layer.ordinal ? local : given[ordinal] as Result))
    const expected = backwardLayer(layer, parameters, results, picture, own, wanted, new Margins())
    const { input: doubts, channels } = doubtsOf(layer, parameters, sources[0], picture, training)
    if (channels) doubtful.set(layer.id, channels)
    const terms = largest(own.values) * gainOf(layer, local, parameters)
    for (const [port, source] of layer.sources.entries()) {
      const gradient = back.passed[port]
      if (!gradient) continue
      const actual = await device.gradient(layers[source] as Layer, gradient)
      returned.set(source, [...(returned.get(source) ?? []), actual])
      found.close(`gradient from ${layer.id} to its input ${port}`, actual.values, (expected[port] as Matrix).values, { terms, doubts })
    }
  }

  const actual = new Map<string, ParameterGradient>()
  for (const [name, parameter] of model.parameters) {
    const tensor = gradients.get(name)
    const expected = wanted.get(name) ?? zeroGradient(parameter.depth * parameter.outputs)
    const gradient = tensor ? Float64Array.from(await memory.readFloats(tensor)) : new Float64Array(expected.gradient.length)
    found.close(`gradient of ${name}`, gradient, expected.gradient, { terms: largest(expected.magnitude), doubts: doubtful.get(parameter.node) })
    actual.set(name, { gradient, magnitude: gradient.map(Math.abs) })
  }
  for (const layer of layers) oracle.updateRunning(layer, locals[layer.ordinal])
  for (const { name, tensor } of model.states.values()) {
    found.close(name, await memory.readFloats(tensor), oracle.states.get(name) as Float64Array, { terms: 1, doubts: doubtful.get(name.slice(0, name.lastIndexOf('.'))) })
  }
  // Updates start from the device's own gradients, so that nothing but the optimizer is judged here.
  const margins = oracle.updateParameters(actual, STEP, EPOCH)
  for (const [name, parameter] of model.parameters) {
    const updated = await memory.readFloats(parameter.tensor)
    const doubts = Uint8Array.from(margins.get(name) as Float64Array, margin => Number(margin <= TOLERANCE))
    found.close(`updated ${name}`, updated, oracle.parameters.get(name) as Float64Array, { doubts })
    if (parameter.packed) found.same(`bits of ${name}`, await memory.readWords(parameter.packed), bitsOf(updated, parameter))
  }
  step.executable.destroy()
  memory.destroy()
  return { failures: found.failures, tensors: found.tensors, values: found.values, leftOut: found.leftOut, reaching, parameters, outputs: new Map(layers.map(({ id, ordinal }) => [id, (given[ordinal] as Result).output.values])) }
}
