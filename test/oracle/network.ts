/**
 * The float64 reference of the whole training step. It shares no code with the engine but the random numbers and the
 * documents' types; what it computes is the project's definition of right.
 */
import type { Project } from '../../core/architecture/project.ts'
import { runningInverse, updateRunning, type BatchStatistics } from './batchNorm.ts'
import { packBits, packPresence } from './bits.ts'
import { readLayers, type Layer } from './graph.ts'
import { countErrors, type LossKind } from './loss.ts'
import { Margins, type Margin } from './margins.ts'
import { meaningOf } from './coding.ts'
import { at, Matrix } from './numbers.ts'
import type { ParameterGradient } from './dense.ts'
import { adam, adamaxShift, bop, clip, sgd, type StepSize } from './optimizers.ts'
import { describeParameters, initialOptimizerStates, initialStates, named, spreadName, type Parameter } from './parameters.ts'
import { backwardPass, forwardPass, headLosses, type Result } from './passes.ts'
import { learningRate } from './schedule.ts'
import { centreWeights } from './weights.ts'

/** One layer's tensors for one batch, row-major [rows][columns]; rows = M * height * width, columns = channels. */
export interface NodeTrace {
  readonly rows: number
  readonly columns: number
  /** For a head: the scores it was given. */
  readonly output: Float64Array
  /** d loss / d output, summed over all readers; absent in evaluation. For a head: d loss / d scores through it. */
  readonly gradient?: Float64Array
  /** Values are integers that float32 must find exactly. */
  readonly exact: boolean
  /** Where every value is +1, -1 or 0 up to dropout's scale: packed signs [row][word], and which are not 0. */
  readonly bits?: Uint32Array
  readonly presence?: Uint32Array
  /** batchNorm: mean, variance and inverse deviation of the batch (training only). */
  readonly statistics?: BatchStatistics
}

export interface Evaluation {
  /** Sum of weight * loss over the heads. */
  readonly loss: number
  readonly losses: ReadonlyMap<string, number>
  /** Images of the batch whose label is not the main head's best, and not among its best five. */
  readonly errors: number
  readonly top5Errors: number
  /** Of the main (last) head, [M][classes]. */
  readonly scores: Float64Array
  readonly trace: ReadonlyMap<string, NodeTrace>
  readonly margin: Margin
}

export interface TrainStep extends Evaluation {
  readonly gradients: ReadonlyMap<string, Float64Array>
  /** Per parameter and element, the sum of the magnitudes of the terms its gradient was added up from. */
  readonly magnitudes: ReadonlyMap<string, Float64Array>
  /**
   * Per parameter and element, how far its update was from going otherwise: least of the AP2 distances, of the moved
   * binary weight's distance to 0, and (adam, adamaxShift) of |gradient| over the sum of its terms' magnitudes.
   */
  readonly updateMargins: ReadonlyMap<string, Float64Array>
}

export class OracleNetwork {
  readonly project: Project
  readonly layers: readonly Layer[]
  /** Change the values freely, for instance to those of a checkpoint. */
  readonly parameters = new Map<string, Float64Array>()
  readonly states = new Map<string, Float64Array>()
  readonly optimizerStates = new Map<string, Float64Array>()
  readonly #pixelMap: { scale: number; offset: number }
  #described: readonly Parameter[] = []

  /** A pixel byte p means scale * p + offset. The network starts initialised. */
  constructor(project: Project, pixelMap: { scale: number; offset: number }) {
    this.project = project
    this.layers = readLayers(project.architecture)
    this.#pixelMap = pixelMap
    this.initialise()
  }

  /** Everything back to the first values, which the recipe's seed fixes. */
  initialise(): void {
    const { recipe } = this.project
    this.#described = describeParameters(this.layers, recipe)
    replace(this.parameters, this.#described.map(({ name, initial }) => [name, initial.slice()]))
    replace(this.states, initialStates(this.layers))
    replace(this.optimizerStates, initialOptimizerStates(this.#described, recipe.optimizer.kind))
  }

  /**
   * One training step on `pixels` ([M][K] unpadded bytes) with one label an image. `step` counts from 1 over the whole
   * run (random draws, bias correction), `epoch` from 0 (learning rate).
   */
  trainStep(pixels: Uint8Array, labels: ArrayLike<number>, step: number, epoch: number): TrainStep {
    const margins = new Margins()
    const { recipe } = this.project
    const results = forwardPass(this.layers, this, this.decode(pixels, labels), { seed: recipe.seed, step }, margins)
    const backward = backwardPass(this.layers, this, results, labels, this.lossOverride(), margins)
    for (const layer of this.layers) this.updateRunning(layer, results[layer.ordinal])
    const updateMargins = this.updateParameters(backward.parameters, step, epoch, margins)
    const scored = this.#score(results, labels, margins)
    return {
      ...scored, loss: backward.loss, losses: backward.losses, updateMargins,
      trace: this.#trace(results, backward.gradients),
      gradients: new Map([...backward.parameters].map(([name, { gradient }]) => [name, gradient])),
      magnitudes: new Map([...backward.parameters].map(([name, { magnitude }]) => [name, magnitude])),
      margin: margins.report(),
    }
  }

  /** Running statistics, no dropout, deterministic sign; changes nothing. */
  evaluate(pixels: Uint8Array, labels: ArrayLike<number>): Evaluation {
    const margins = new Margins()
    const results = forwardPass(this.layers, this, this.decode(pixels, labels), undefined, margins)
    const { loss, losses } = headLosses(this.layers, results, labels, this.lossOverride(), margins)
    return { ...this.#score(results, labels, margins), loss, losses, trace: this.#trace(results), margin: margins.report() }
  }

  /** Inverse deviation a batchNorm node evaluates with, not rounded. */
  runningInverse(id: string): Float64Array {
    const layer = this.layers.find(candidate => candidate.id === id)
    if (layer?.kind !== 'batchNorm') throw new Error(`${id} is not a batchNorm node`)
    return runningInverse(this.#running(id, layer.options.running), layer.options)
  }

  /** What the bytes mean to the input layer: one row a position. */
  decode(pixels: Uint8Array, labels: ArrayLike<number>): Matrix {
    const input = this.layers.find(layer => layer.kind === 'input')
    if (input === undefined) throw new Error('there is no input layer')
    for (let i = 0; i < labels.length; i++) {
      if (!(at(labels, i) < this.#mainHead().channels)) throw new RangeError(`label ${at(labels, i)} of image ${i} has no score`)
    }
    const meaning = meaningOf(input.coding, this.#pixelMap)
    return new Matrix(labels.length * input.height * input.width, input.channels, pixels).map(meaning)
  }

  /** The recipe's loss, if it replaces that of every head. */
  lossOverride(): LossKind | undefined {
    return this.project.recipe.loss === 'head' ? undefined : this.project.recipe.loss
  }

  #mainHead(): Layer {
    const head = this.layers.findLast(layer => layer.kind === 'head')
    if (head === undefined) throw new Error('there is no head')
    return head
  }

  #score(results: readonly Result[], labels: ArrayLike<number>, margins: Margins): { scores: Float64Array; errors: number; top5Errors: number } {
    const result = results[this.#mainHead().ordinal]
    if (result === undefined) throw new Error('there are no scores')
    return { scores: result.output.values, ...countErrors(result.output, labels, result.exact ? new Margins() : margins) }
  }

  #running(id: string, kind: 'variance' | 'inverseStd'): { mean: Float64Array; spread: Float64Array } {
    return { mean: named(this.states, `${id}.runningMean`), spread: named(this.states, spreadName(id, kind)) }
  }

  /** Moves the running statistics of a batchNorm node by what it measured in training; of other layers there are none. */
  updateRunning(layer: Layer, result: Result | undefined): void {
    if (layer.kind !== 'batchNorm' || result?.statistics === undefined) return
    updateRunning(this.#running(layer.id, layer.options.running), result.statistics, result.output.rows, layer.options)
  }

  /** Every parameter's update by its gradient in `found`; step and epoch as in trainStep. Returns TrainStep's updateMargins. */
  updateParameters(found: ReadonlyMap<string, ParameterGradient>, step: number, epoch: number, margins = new Margins()): Map<string, Float64Array> {
    const { optimizer, clip: clipped, learningRate: rate, epochs } = this.project.recipe
    const gamma = optimizer.kind === 'bop' ? learningRate({ start: optimizer.gamma, schedule: optimizer.gammaSchedule }, epochs, epoch) : 0
    const size = { learningRate: learningRate(rate, epochs, epoch), step, gamma }
    const updateMargins = new Map<string, Float64Array>()
    for (const { name, binary, factor, centred } of this.#described) {
      const parameter = named(this.parameters, name)
      const before = parameter.slice()
      const raw = found.get(name)
      if (raw === undefined) throw new Error(`no gradient for ${name}`)
      const { gradient, magnitude } = this.#decayed(raw, parameter, name, binary)
      const distances = this.#updateOne(name, parameter, gradient, { ...size, factor }, binary)
      for (let i = 0; i < parameter.length; i++) {
        let least = Infinity
        if (optimizer.kind !== 'sgd' && at(magnitude, i) > 0) {
          least = Math.abs(at(gradient, i)) / at(magnitude, i)
          margins.record('cancellation', least)
        }
        // What decides is how far w m lies from the threshold, against the terms that m was added up from.
        if (optimizer.kind === 'bop' && binary) least = Math.min(least, at(distances, i) / (size.gamma * at(magnitude, i)))
        if (optimizer.kind === 'adamaxShift') {
          margins.record('optimizerRounding', at(distances, i))
          least = Math.min(least, at(distances, i))
        }
        if (binary && at(parameter, i) !== at(before, i)) {
          margins.record('weightSign', Math.abs(at(parameter, i)))
          least = Math.min(least, Math.abs(at(parameter, i)))
        }
        distances[i] = least
      }
      updateMargins.set(name, distances)
      if (centred) {
        centreWeights(parameter, centred.outputs, centred.taps)
        shareLeast(distances, centred.outputs, centred.taps)
      }
      if (clipped === 'everything' || (clipped === 'binaryWeights' && binary)) clip(parameter)
    }
    return updateMargins
  }

  /** The gradient with the parameter's share of it (recipe.weightDecay). */
  #decayed({ gradient, magnitude }: ParameterGradient, parameter: Float64Array, name: string, binary: boolean): ParameterGradient {
    const { optimizer, weightDecay: { rate, on } } = this.project.recipe
    const decays = on === 'everything' || (name.endsWith('.weight') && (on === 'weights' || !binary))
    if (!decays || (optimizer.kind === 'bop' && binary)) return { gradient, magnitude }
    return { gradient: gradient.map((g, i) => g + rate * at(parameter, i)), magnitude: magnitude.map((m, i) => m + Math.abs(rate * at(parameter, i))) }
  }

  /** Returns the distances of the update to where it goes otherwise: of AP2, or of Bop's threshold; Infinity for the others. */
  #updateOne(name: string, parameter: Float64Array, gradient: Float64Array, size: StepSize & { readonly gamma: number }, binary: boolean): Float64Array {
    const { optimizer } = this.project.recipe
    const state = (suffix: string): Float64Array => named(this.optimizerStates, `${name}.${suffix}`)
    if (optimizer.kind === 'adamaxShift') return adamaxShift(parameter, gradient, state('m'), state('v'), optimizer, size)
    if (optimizer.kind === 'bop' && binary) return bop(parameter, gradient, state('m'), optimizer.threshold, size.gamma)
    if (optimizer.kind === 'adam' || optimizer.kind === 'bop') adam(parameter, gradient, state('m'), state('v'), optimizer, size)
    else sgd(parameter, gradient, state('velocity'), optimizer, size)
    return new Float64Array(parameter.length).fill(Infinity)
  }

  #trace(results: readonly Result[], gradients?: readonly Matrix[]): Map<string, NodeTrace> {
    return new Map(this.layers.map(layer => {
      const result = results[layer.ordinal]
      if (result === undefined) throw new Error(`no result of ${layer.id}`)
      const { output, exact, statistics } = result
      const gradient = gradients?.[layer.ordinal]
      return [layer.id, {
        rows: output.rows, columns: output.columns, output: output.values, exact,
        ...(gradient && { gradient: gradient.values }), ...(statistics && { statistics }),
        ...(this.#carriesBits(layer) && { bits: packBits(output), presence: packPresence(output) }),
      }]
    }))
  }

  /** sign, and what keeps its bits. */
  #carriesBits(layer: Layer): boolean {
    if (layer.kind === 'sign') return true
    if (!['dropout', 'flatten', 'maxPool', 'concat'].includes(layer.kind)) return false
    return layer.sources.every(ordinal => {
      const source = this.layers[ordinal]
      return source !== undefined && this.#carriesBits(source)
    })
  }
}

/** A mean moves all of its weights: the distance of each becomes the least of those of its tap and output. */
function shareLeast(distances: Float64Array, outputs: number, taps: number): void {
  const ofTap = distances.length / taps
  const group = (i: number): number => Math.floor(i / ofTap) * outputs + i % outputs
  const least = new Float64Array(taps * outputs).fill(Infinity)
  distances.forEach((distance, i) => { least[group(i)] = Math.min(at(least, group(i)), distance) })
  distances.forEach((_, i) => { distances[i] = at(least, group(i)) })
}

function replace(map: Map<string, Float64Array>, entries: Iterable<readonly [string, Float64Array]>): void {
  map.clear()
  for (const [name, tensor] of entries) map.set(name, tensor)
}
