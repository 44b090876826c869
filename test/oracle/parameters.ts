/** What a network stores: its parameters with their first values, running statistics and optimizer state. */
import type { Optimizer, Recipe } from '../../core/architecture/recipe.ts'
import { fillUniform, Stream, streamKey } from '../../core/random.ts'
import type { ActivationFunction } from './activation.ts'
import type { Layer } from './graph.ts'
import { at, sign } from './numbers.ts'
import { layerFactor } from './schedule.ts'
import { centreWeights, isBinary } from './weights.ts'

export interface Parameter {
  /** `ID.weight`, `ID.bias`, `ID.gamma`, `ID.beta`, `ID.threshold`, `ID.slope`, `ID.knee` or `ID.lift`. */
  readonly name: string
  /** Latent weights of a binary layer. */
  readonly binary: boolean
  /** Weights kept at mean 0 over the input channels: of how many taps and outputs. */
  readonly centred?: { readonly taps: number; readonly outputs: number } | undefined
  /** Per-layer factor on the step. */
  readonly factor: number
  /** First values, exact in float32. */
  readonly initial: Float64Array
}

export function describeParameters(layers: readonly Layer[], { seed, weightInit, layerScale, optimizer }: Recipe): Parameter[] {
  const bop = optimizer.kind === 'bop'
  const parameters: Parameter[] = []
  for (const layer of layers) {
    if (layer.kind === 'dense' || layer.kind === 'conv2d') {
      const taps = layer.kind === 'conv2d' ? layer.window.size ** 2 : 1
      const inputs = taps * layer.inputs
      const factor = layerFactor(layerScale.mode, inputs + taps * layer.channels)
      const latent = isBinary(layer.options)
      const bound = latent && weightInit === 'unit' ? 1 : 1 / Math.sqrt(inputs)
      const weight = fillUniform(new Float32Array(inputs * layer.channels), streamKey(seed, Stream.initialWeights, layer.ordinal), -bound, bound)
      const initial = Float64Array.from(weight)
      const centred = latent && layer.options.centred && !bop ? { taps, outputs: layer.channels } : undefined
      if (bop && latent) for (let i = 0; i < initial.length; i++) initial[i] = sign(at(initial, i))
      if (centred) centreWeights(initial, centred.outputs, centred.taps)
      parameters.push({ name: `${layer.id}.weight`, binary: latent, factor, centred, initial: initial.map(Math.fround) })
      if (layer.bias) parameters.push({ name: `${layer.id}.bias`, binary: false, factor, initial: new Float64Array(layer.channels) })
    }
    if (layer.kind === 'batchNorm') {
      const factor = layerScale.batchNormScale ? layerFactor(layerScale.mode, layer.channels) : 1
      const gamma = new Float32Array(layer.channels).fill(1)
      if (layer.gammaInit === 'uniform') fillUniform(gamma, streamKey(seed, Stream.batchNormScale, layer.ordinal), 0, 1)
      parameters.push({ name: `${layer.id}.gamma`, binary: false, factor, initial: Float64Array.from(gamma) })
      if (layer.beta) parameters.push({ name: `${layer.id}.beta`, binary: false, factor: 1, initial: new Float64Array(layer.channels) })
    }
    const plain = (name: string, first: number): void => { parameters.push({ name: `${layer.id}.${name}`, binary: false, factor: 1, initial: new Float64Array(layer.channels).fill(first) }) }
    if (layer.kind === 'sign' && layer.learned) plain('threshold', 0)
    if (layer.kind === 'activation' && isLearned(layer.function)) {
      plain('slope', 0.25)
      if (layer.function === 'rpRelu') ['knee', 'lift'].forEach(name => { plain(name, 0) })
    }
  }
  return parameters
}

/** `ID.runningMean` at 0, and `ID.runningVariance` or `ID.runningInverseStd` at 1. */
export function initialStates(layers: readonly Layer[]): Map<string, Float64Array> {
  const states = new Map<string, Float64Array>()
  for (const layer of layers) {
    if (layer.kind !== 'batchNorm') continue
    states.set(`${layer.id}.runningMean`, new Float64Array(layer.channels))
    states.set(spreadName(layer.id, layer.options.running), new Float64Array(layer.channels).fill(1))
  }
  return states
}

export function spreadName(id: string, running: 'variance' | 'inverseStd'): string {
  return running === 'variance' ? `${id}.runningVariance` : `${id}.runningInverseStd`
}

/** `PARAM.velocity` (sgd), `PARAM.m` (bop, binary weights), or `PARAM.m` and `PARAM.v`, all 0. */
export function initialOptimizerStates(parameters: readonly Parameter[], optimizer: Optimizer['kind']): Map<string, Float64Array> {
  const suffixes = (binary: boolean): string[] => (optimizer === 'sgd' ? ['velocity'] : optimizer === 'bop' && binary ? ['m'] : ['m', 'v'])
  return new Map(parameters.flatMap(({ name, binary, initial }) => suffixes(binary).map(suffix => [`${name}.${suffix}`, new Float64Array(initial.length)] as const)))
}

/** The activations that have parameters. */
export function isLearned(name: ActivationFunction): boolean {
  return name === 'prelu' || name === 'rpRelu'
}

export function named(tensors: ReadonlyMap<string, Float64Array>, name: string): Float64Array {
  const tensor = tensors.get(name)
  if (tensor === undefined) throw new Error(`there is no tensor ${name}; there are ${[...tensors.keys()].join(', ')}`)
  return tensor
}
