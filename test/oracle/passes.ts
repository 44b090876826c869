/** The forward and the backward pass over the whole graph. Tensors of layer i stand at index i of every list here. */
import { activationBackward, activationForward, activationParameterGradients, channelSums, type ActivationParameters } from './activation.ts'
import { batchNormBackward, batchStatistics, normalise, runningInverse, type BatchStatistics } from './batchNorm.ts'
import { convBackward, convForward } from './conv.ts'
import { biased, biasGradient, denseBackward, denseForward, type ParameterGradient } from './dense.ts'
import { elementDraws, weightDraws, type Draw } from './draws.ts'
import { applyMask, dropoutMask } from './dropout.ts'
import type { Layer } from './graph.ts'
import { addForward, concatBackward, concatForward } from './join.ts'
import { lossOf, type LossKind } from './loss.ts'
import { Margins } from './margins.ts'
import { at, Matrix } from './numbers.ts'
import { isLearned, named, spreadName } from './parameters.ts'
import { avgPoolBackward, avgPoolForward, globalAvgPoolBackward, globalAvgPoolForward, maxPoolBackward, maxPoolForward } from './pool.ts'
import { quantizeBackward, quantizeForward } from './quantize.ts'
import { signBackward, signDeterministic, signStochastic } from './sign.ts'
import { activationLabels, concatLabels, convLabels, dropoutLabels, poolLabels, sumLabels } from './ties.ts'
import { inputScaleMap, latentGradient, scaleRows, usedWeights } from './weights.ts'
import type { Size } from './window.ts'

/** What a layer made of one batch, and what its backward pass needs. A head's output is the scores it was given. */
export interface Result {
  readonly output: Matrix
  /** Every value is an integer that any correct float32 arithmetic finds exactly: no decision on it is in doubt. */
  readonly exact: boolean
  /** batchNorm in training. */
  readonly statistics?: BatchStatistics
  /** dropout in training. */
  readonly mask?: Matrix
  /** Of pixels: the factor on `offset` in each of them, 1, or what dropout makes of it. */
  readonly ones?: Matrix
  /** Which equal values are so in float32 as well (ties.ts). */
  readonly labels?: Matrix | undefined
  /** dense and conv2d: the weights that the products used. */
  readonly weights?: Float64Array
  /** dense and conv2d: K of every row (XNOR-Net, section 3.2). */
  readonly inputScale?: Float64Array | undefined
}

export interface Tensors {
  readonly parameters: ReadonlyMap<string, Float64Array>
  readonly states: ReadonlyMap<string, Float64Array>
}

/** The step whose random numbers are drawn, or undefined for evaluation. */
export interface Training {
  readonly seed: number
  readonly step: number
}

export function forwardPass(layers: readonly Layer[], tensors: Tensors, pixels: Matrix, training: Training | undefined, margins: Margins): Result[] {
  const results: Result[] = []
  for (const layer of layers) {
    if (layer.kind === 'input') results.push({ output: pixels, exact: allExactIntegers(pixels), ones: pixels.map(() => 1) })
    else results.push(forwardLayer(layer, tensors, sourcesOf(results, layer), sizeOf(layers, layer), training, margins))
  }
  return results
}

/** One layer of a batch. */
export function forwardLayer(layer: Layer, { parameters, states }: Tensors, sources: Sources, picture: Size, training: Training | undefined, allMargins: Margins): Result {
  const [source] = sources
  const input = source.output
  const margins = source.exact ? new Margins() : allMargins
  switch (layer.kind) {
    case 'input': throw new Error('an input layer has no source')
    case 'flatten': {
      const flat = (matrix: Matrix): Matrix => matrix.reshaped(matrix.rows * matrix.columns / layer.channels, layer.channels)
      return { output: flat(input), exact: source.exact, ...(source.ones && { ones: flat(source.ones) }) }
    }
    case 'dense': {
      const bias = layer.bias ? named(parameters, `${layer.id}.bias`) : undefined
      const weights = usedWeights(named(parameters, `${layer.id}.weight`), layer.options, layer.units, weightDrawsOf(layer, training), allMargins)
      const inputScale = sources[1] && inputScaleMap(sources[1].output, picture)
      const output = biased(scaleRows(denseForward(input, weights, { units: layer.units, binary: false }), inputScale), bias)
      return { output, weights, exact: source.exact && layer.options.weights === 'binary' && !layer.bias && allExactIntegers(output), inputScale }
    }
    case 'conv2d': {
      const bias = layer.bias ? named(parameters, `${layer.id}.bias`) : undefined
      const weights = usedWeights(named(parameters, `${layer.id}.weight`), layer.options, layer.filters, weightDrawsOf(layer, training), allMargins)
      const inputScale = sources[1] && inputScaleMap(sources[1].output, picture, layer.window)
      const options = { filters: layer.filters, window: layer.window, picture, binary: false }
      const output = biased(scaleRows(convForward(input, weights, options), inputScale), bias)
      const exact = source.exact && layer.options.weights === 'binary' && !layer.bias && allExactIntegers(output)
      // Equal sums of one filter stay equal when its alpha multiplies them, but not when each place has a factor of its own.
      const signs = weights.every((weight, i) => Math.abs(weight) === Math.abs(at(weights, i % layer.filters)))
      const binary = signs && !inputScale
      return { output, weights, exact, inputScale, labels: exact ? undefined : convLabels(source, weights, { ...options, binary }, output) }
    }
    case 'maxPool': {
      const output = maxPoolForward(input, picture, layer.window)
      return { output, exact: source.exact, labels: poolLabels(source, output) }
    }
    case 'avgPool': {
      const output = avgPoolForward(input, picture, layer.window)
      return { ...exactIfWhole(output, sources), labels: sumLabels(sources, layer.window.size ** 2, output) }
    }
    case 'globalAvgPool': return exactIfWhole(globalAvgPoolForward(input, picture), sources)
    case 'concat': return { output: concatForward(sources.map(each => each.output)), exact: sources.every(each => each.exact), labels: concatLabels(sources) }
    case 'add': {
      const summed = exactIfWhole(addForward(sources.map(each => each.output)), sources)
      return { ...summed, labels: summed.exact ? undefined : sumLabels(sources, sources.length, summed.output) }
    }
    case 'batchNorm': {
      const { labels } = source
      const gamma = named(parameters, `${layer.id}.gamma`)
      const beta = layer.beta ? named(parameters, `${layer.id}.beta`) : undefined
      if (training === undefined) {
        const running = { mean: named(states, `${layer.id}.runningMean`), spread: named(states, spreadName(layer.id, layer.options.running)) }
        return { output: normalise(input, running.mean, runningInverse(running, layer.options), gamma, beta, layer.options, margins), exact: false, labels }
      }
      const statistics = batchStatistics(input, layer.options, allMargins)
      return { output: normalise(input, statistics.mean, statistics.inverse, gamma, beta, layer.options, allMargins), exact: false, statistics, labels }
    }
    case 'sign': {
      const above = overThreshold(layer, parameters, input)
      const doubts = layer.learned ? allMargins : margins
      if (layer.mode === 'deterministic' || training === undefined) return { output: signDeterministic(above, layer.zero, doubts), exact: true }
      const draw = elementDraws(training.seed, 'stochasticSign', layer.ordinal, input.columns, training.step)
      return { output: signStochastic(above, draw, doubts), exact: true }
    }
    case 'dropout': {
      if (training === undefined) return { output: input, exact: source.exact, ...(source.ones && { ones: source.ones }) }
      const draw = elementDraws(training.seed, 'dropout', layer.ordinal, input.columns, training.step)
      const mask = dropoutMask(input.rows, input.columns, layer.rate, draw, allMargins)
      return { ...exactIfWhole(applyMask(input, mask), sources), mask, labels: dropoutLabels(source, mask), ...(source.ones && { ones: applyMask(source.ones, mask) }) }
    }
    case 'activation': {
      const learned = activationParameters(layer, parameters)
      return { output: activationForward(input, layer.function, learned), exact: source.exact && learned === undefined, labels: activationLabels(source, layer.function) }
    }
    // Equal levels are equal in float32 as well; of one bit they are whole numbers.
    case 'quantize': return { output: quantizeForward(input, layer.bits, margins), exact: source.exact || layer.bits === 1 }
    case 'head': return { output: input, exact: source.exact }
  }
}

function weightDrawsOf({ ordinal, channels: outputs, ...layer }: Layer & { readonly inputs: number }, training: Training | undefined): Draw | undefined {
  return training && weightDraws(training.seed, ordinal, { channels: layer.inputs, outputs }, training.step)
}

export interface Backward {
  /** d loss / d output of each layer; for a head, d loss / d scores through this head alone. */
  readonly gradients: readonly Matrix[]
  readonly parameters: ReadonlyMap<string, ParameterGradient>
  /** Each head's own loss, not weighted. */
  readonly losses: ReadonlyMap<string, number>
  /** Sum of weight * loss over the heads. */
  readonly loss: number
}

/** The losses of all heads and everything's gradient. The batch must be a training one: evaluation has no backward pass. */
export function backwardPass(
  layers: readonly Layer[], { parameters }: Tensors, results: readonly Result[], labels: ArrayLike<number>, override: LossKind | undefined, margins: Margins,
): Backward {
  const gradients = results.map(({ output }) => new Matrix(output.rows, output.columns))
  const found = new Map<string, ParameterGradient>()
  const { losses, loss, ofScores } = headLosses(layers, results, labels, override, margins)
  for (const layer of layers.toReversed()) {
    if (layer.kind === 'input') continue
    const own = layer.kind === 'head' ? ofScores.get(layer.id) : gradients[layer.ordinal]
    if (own === undefined) throw new Error(`no gradient for ${layer.id}`)
    gradients[layer.ordinal] = own
    const onInputs = backwardLayer(layer, parameters, results, sizeOf(layers, layer), own, found, margins)
    for (const [port, source] of layer.sources.entries()) {
      const [into, onInput] = [gradients[source], onInputs[port]]
      if (into === undefined || onInput === undefined) throw new Error(`no source for ${layer.id}`)
      gradients[source] = addForward([into, onInput])
    }
  }
  return { gradients, parameters: found, losses, loss }
}

/** d loss / d inputs of one layer, in the order of its ports; its parameters' gradients go into `found`. */
export function backwardLayer(
  layer: Layer, parameters: ReadonlyMap<string, Float64Array>, results: readonly Result[], picture: Size, gradient: Matrix, found: Map<string, ParameterGradient>, allMargins: Margins,
): Matrix[] {
  const sources = sourcesOf(results, layer)
  const [source] = sources
  const input = source.output
  const margins = source.exact ? new Margins() : allMargins
  switch (layer.kind) {
    case 'input': throw new Error('an input layer has no source')
    case 'flatten': return [gradient.reshaped(input.rows, input.columns)]
    case 'dense': case 'conv2d': {
      const weight = named(parameters, `${layer.id}.weight`)
      const used = results[layer.ordinal]?.weights
      if (used === undefined) throw new Error(`${layer.id} was not run`)
      const ofSums = scaleRows(gradient, results[layer.ordinal]?.inputScale)
      const back = layer.kind === 'dense'
        ? denseBackward(input, used, { units: layer.units, binary: false }, ofSums)
        : convBackward(input, used, { filters: layer.filters, window: layer.window, picture, binary: false }, ofSums)
      const taps = layer.kind === 'dense' ? 1 : layer.window.size ** 2
      found.set(`${layer.id}.weight`, latentGradient(weight, back.weight, layer.options, layer.channels, taps))
      if (layer.bias) found.set(`${layer.id}.bias`, biasGradient(gradient))
      // The input scale is held fixed: no gradient goes to where it came from.
      return [back.input, ...sources.slice(1).map(({ output }) => output.map(() => 0))]
    }
    case 'maxPool': return [maxPoolBackward(input, picture, layer.window, gradient, margins, source.labels)]
    case 'avgPool': return [avgPoolBackward(input.rows, picture, layer.window, gradient)]
    case 'globalAvgPool': return [globalAvgPoolBackward(input.rows, picture, gradient)]
    case 'concat': return concatBackward(sources.map(each => each.output), gradient)
    case 'add': return sources.map(() => gradient)
    case 'batchNorm': {
      const statistics = results[layer.ordinal]?.statistics
      if (statistics === undefined) throw new Error(`batchNorm ${layer.id} was not run in training`)
      const back = batchNormBackward(input, statistics, named(parameters, `${layer.id}.gamma`), layer.options, gradient)
      found.set(`${layer.id}.gamma`, back.gamma)
      if (layer.beta) found.set(`${layer.id}.beta`, back.beta)
      return [back.input]
    }
    case 'sign': {
      const back = signBackward(overThreshold(layer, parameters, input), layer.gradient, gradient, layer.learned ? allMargins : margins)
      if (layer.learned) found.set(`${layer.id}.threshold`, channelSums(back.map(g => -g)))
      return [back]
    }
    case 'dropout': {
      const mask = results[layer.ordinal]?.mask
      if (mask === undefined) throw new Error(`dropout ${layer.id} was not run in training`)
      return [applyMask(gradient, mask)]
    }
    case 'activation': {
      const learned = activationParameters(layer, parameters)
      const back = activationBackward(input, layer.function, gradient, learned ? allMargins : margins, learned)
      if (learned) activationParameterGradients(input, learned, gradient, back).forEach((of, name) => found.set(`${layer.id}.${name}`, of))
      return [back]
    }
    case 'quantize': return [quantizeBackward(input, gradient, margins)]
    case 'head': return [gradient]
  }
}

/** All heads' losses, and the weighted gradient on each head's scores. `override` replaces every head's own loss. */
export function headLosses(
  layers: readonly Layer[], results: readonly Result[], labels: ArrayLike<number>, override: LossKind | undefined, margins: Margins,
): { losses: Map<string, number>; loss: number; ofScores: Map<string, Matrix> } {
  const losses = new Map<string, number>()
  const ofScores = new Map<string, Matrix>()
  let total = 0
  for (const layer of layers) {
    if (layer.kind !== 'head') continue
    const [source] = sourcesOf(results, layer)
    const { loss, gradient } = lossOf(override ?? layer.loss, source.output, labels, source.exact ? new Margins() : margins)
    losses.set(layer.id, loss)
    ofScores.set(layer.id, gradient.map(g => layer.weight * g))
    total += layer.weight * loss
  }
  return { losses, loss: total, ofScores }
}

export type Sources = readonly [Result, ...Result[]]

function sourcesOf(results: readonly Result[], layer: Layer): Sources {
  const [first, ...others] = layer.sources.map(ordinal => {
    const source = results[ordinal]
    if (source === undefined) throw new Error(`no source for ${layer.id}`)
    return source
  })
  if (first === undefined) throw new Error(`${layer.id} has no source`)
  return [first, ...others]
}

/** Height and width of what a layer reads; of several inputs, all have the same. */
export function sizeOf(layers: readonly Layer[], layer: Layer): Size {
  const source = layers[layer.sources[0] ?? -1]
  if (source === undefined) throw new Error(`${layer.id} has no source`)
  return { height: source.height, width: source.width }
}

/** What an activation has learned, if anything. */
function activationParameters({ id, function: name }: Extract<Layer, { kind: 'activation' }>, parameters: ReadonlyMap<string, Float64Array>): ActivationParameters | undefined {
  if (!isLearned(name)) return undefined
  return { slope: named(parameters, `${id}.slope`), ...(name === 'rpRelu' && { knee: named(parameters, `${id}.knee`), lift: named(parameters, `${id}.lift`) }) }
}

/** What a sign takes the sign of: its input less the learned threshold of the channel. */
export function overThreshold({ id, learned }: Extract<Layer, { kind: 'sign' }>, parameters: ReadonlyMap<string, Float64Array>, input: Matrix): Matrix {
  if (!learned) return input
  const threshold = named(parameters, `${id}.threshold`)
  return input.map((x, _, channel) => x - at(threshold, channel))
}

function exactIfWhole(output: Matrix, sources: Sources): Result {
  return { output, exact: sources.every(source => source.exact) && allExactIntegers(output) }
}

/** Integers up to 2^24, all of which float32 holds. */
function allExactIntegers({ values }: Matrix): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(at(values, i)) || Math.abs(at(values, i)) > 2 ** 24) return false
  }
  return true
}
