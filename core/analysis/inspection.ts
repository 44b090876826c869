import { inferArchitecture, type Inference, type InferredNode } from '../architecture/infer.ts'
import { attributesOf, batchNorm, conv2d, dense } from '../architecture/kinds/index.ts'
import type { Project } from '../architecture/project.ts'
import { channels, elements } from '../architecture/signal.ts'
import { deadChannels } from './deadChannels.ts'
import { denseRepetitionOf, type DenseRepetition } from './denseRows.ts'
import { bankOfSigns, type BankSize, type FilterBank } from './filterBank.ts'
import { channelGroups, nearRepeats, repetitionOf, topFilters, type ChannelGroup, type Repetition, type TopFilter } from './repetition.ts'
import { signsOf, type Signs } from './signs.ts'

/** Average share of distinct 2D filters that Hubara et al. 2016 (supplement C) report for their CIFAR-10 network, opposites merged. */
export const PAPER_FRACTION = 0.42

/** Values of a checkpoint's tensor by name, such as "conv1.weight". */
export type TensorValues = (name: string) => Float32Array | undefined

/** What is kept of a network: the signs of its binary weights, by layer, and perhaps the values of its tensors. */
export interface KeptWeights {
  readonly signs: (layer: string) => Signs | undefined
  readonly values: TensorValues
}

/** Of a checkpoint, which holds the latent weights. */
export function keptByValues(values: TensorValues): KeptWeights {
  return {
    values,
    signs: layer => {
      const latent = values(`${layer}.weight`)
      return latent && signsOf(latent)
    },
  }
}

export interface ConvolutionInspection {
  readonly name: string
  readonly kernel: number
  readonly inputs: number
  readonly outputs: number
  /** Of the output: at each, every filter is applied once. */
  readonly places: number
  readonly repetition: Repetition
  /** Slices with a near repeat in their map (opposites count) that differs in at most 1 tap. */
  readonly nearRepeats: number
  readonly top: readonly TopFilter[]
  /** Output channels of equal or opposite weights, where there are at least two. */
  readonly repeatedChannels: readonly ChannelGroup[]
  /** Output channels whose sign never changes; undefined where no normalisation and sign follow, or the input is not of +-1. */
  readonly deadChannels: readonly number[] | undefined
}

export interface DenseInspection {
  readonly name: string
  readonly repetition: DenseRepetition
  readonly deadUnits: readonly number[] | undefined
}

export interface Inspection {
  readonly convolutions: readonly ConvolutionInspection[]
  readonly dense: readonly DenseInspection[]
}

const TOP = 10

/** A layer of binary weights, with the node that it is. */
export interface BinaryLayer {
  readonly name: string
  readonly kind: 'conv2d' | 'dense'
  readonly node: InferredNode
}

/** Layers whose weights are signs, in the order of the network. */
export function binaryLayers({ order, nodes }: Inference): BinaryLayer[] {
  return order.flatMap(id => {
    const node = nodes.get(id)
    if (node?.kind !== 'conv2d' && node?.kind !== 'dense') return []
    const { weights, weightBits } = node.attributes
    const signs = weights !== 'real' && (weights !== 'quantized' || weightBits === 1)
    return !signs || node.inputs.length === 0 ? [] : [{ name: id, kind: node.kind, node }]
  })
}

/** Of a convolution; undefined for other layers. */
export function bankSizeOf({ node }: BinaryLayer): BankSize | undefined {
  const [input] = node.inputs
  if (!input || node.kind !== 'conv2d') return undefined
  const { kernel, filters } = attributesOf(conv2d, node)
  return { kernel, inputs: channels(input.shape), outputs: filters }
}

/** Of a dense layer: its inputs and units; undefined for other layers. */
export function denseSizeOf({ node }: BinaryLayer): { readonly depth: number; readonly units: number } | undefined {
  const [input] = node.inputs
  return input && node.kind === 'dense' ? { depth: elements(input.shape), units: attributesOf(dense, node).units } : undefined
}

/** The filters of one of the convolutions. */
export function bankOf(layer: BinaryLayer, { signs }: KeptWeights): FilterBank | undefined {
  const size = bankSizeOf(layer)
  const kept = size && signs(layer.name)
  return kept && bankOfSigns(kept, size)
}

/** Everything there is to say about the repetition of a network's binary weights. Pure; about a second for GoogLeNet. */
export function inspectNetwork(project: Project, values: TensorValues): Inspection {
  const inference = inferArchitecture(project.architecture)
  return gathered(binaryLayers(inference).map(layer => inspectLayer(layer, inference, keptByValues(values))))
}

/** What is known of one layer; undefined if nothing of it is kept. */
export type LayerInspection = { readonly convolution: ConvolutionInspection } | { readonly dense: DenseInspection } | undefined

export function gathered(layers: readonly LayerInspection[]): Inspection {
  return {
    convolutions: layers.flatMap(layer => (layer && 'convolution' in layer ? [layer.convolution] : [])),
    dense: layers.flatMap(layer => (layer && 'dense' in layer ? [layer.dense] : [])),
  }
}

/** One layer's share of inspectNetwork, for those who do not want all of it at once. */
export function inspectLayer(layer: BinaryLayer, inference: Inference, kept: KeptWeights): LayerInspection {
  const { name, node } = layer
  const size = denseSizeOf(layer)
  if (size) {
    const signs = kept.signs(name)
    return signs && { dense: { name, repetition: denseRepetitionOf(signs, size.depth, size.units), deadUnits: deadOf(layer, size.depth, inference, kept.values) } }
  }
  const bank = bankOf(layer, kept)
  if (!bank) return undefined
  const { kernel, inputs, outputs } = bank
  return {
    convolution: {
      name, kernel, inputs, outputs,
      places: node.signal ? elements(node.signal.shape) / outputs : 0,
      repetition: repetitionOf(bank),
      nearRepeats: nearRepeats(bank, 1, true),
      top: topFilters(bank, TOP),
      repeatedChannels: channelGroups(bank).filter(({ same, opposite }) => same.length + opposite.length > 1),
      deadChannels: deadOf(layer, kernel * kernel * inputs, inference, kept.values),
    },
  }
}

/** Layers that hand every channel on as it is or larger, and never beyond the range of the sums. */
const BETWEEN = ['maxPool', 'flatten']

function deadOf({ name, node }: BinaryLayer, depth: number, inference: Inference, values: TensorValues): number[] | undefined {
  const [input] = node.inputs
  if (node.attributes.weights === 'scaled' || (input?.flow !== 'bits' && input?.flow !== 'ternary')) return undefined
  const norm = soleReader(name, inference, BETWEEN)
  if (norm?.kind !== 'batchNorm' || soleReader(norm.id, inference, ['maxPool', 'flatten', 'dropout'])?.kind !== 'sign') return undefined
  const { mode, running, epsilon, beta } = attributesOf(batchNorm, norm)
  const [gamma, mean, spread] = [values(`${norm.id}.gamma`), values(`${norm.id}.runningMean`), values(`${norm.id}.${running === 'variance' ? 'runningVariance' : 'runningInverseStd'}`)]
  // A flattened picture is normalised place by place: there is no channel to speak of.
  if (mode === 'shift' || !gamma || !mean || !spread || mean.length !== node.signal?.shape.at(-1)) return undefined
  const inverse = running === 'variance' ? spread.map(variance => 1 / Math.sqrt(variance + epsilon)) : spread
  return deadChannels({ mean, inverse, gamma, beta: (beta && values(`${norm.id}.beta`)) || new Float32Array(mean.length) }, depth, values(`${name}.bias`))
}

/** The one node that reads a node's output, beyond nodes of these kinds; undefined where several do. */
function soleReader(id: string, { nodes }: Inference, beyond: readonly string[]): InferredNode | undefined {
  const readers = [...nodes.values()].filter(({ sources }) => sources.includes(id))
  const [reader] = readers
  if (!reader || readers.length > 1) return undefined
  return beyond.includes(reader.kind) ? soleReader(reader.id, { order: [], nodes, problems: [] }, beyond) : reader
}

export interface Averages {
  /** Plain means over the convolutions, as the paper's 42 % is one. */
  readonly fraction: number
  readonly fractionMerged: number
  readonly randomFraction: number
  readonly randomFractionMerged: number
  /** Weighted by the work: slices times places. */
  readonly weightedFractionMerged: number
  readonly weightedRandomFractionMerged: number
  /** By how much 2D XNOR-popcounts fall when each distinct filter is computed once a map: all over those that remain. */
  readonly popcountReduction: number
}

/** Undefined without convolutions. */
export function averagesOf({ convolutions }: Pick<Inspection, 'convolutions'>): Averages | undefined {
  if (convolutions.length === 0) return undefined
  const mean = (of: (layer: ConvolutionInspection) => number): number => convolutions.reduce((sum, layer) => sum + of(layer), 0) / convolutions.length
  const work = (of: (layer: ConvolutionInspection) => number): number => convolutions.reduce((sum, layer) => sum + of(layer) * layer.repetition.slices * layer.places, 0) / convolutions.reduce((sum, layer) => sum + layer.repetition.slices * layer.places, 0)
  const weightedFractionMerged = work(({ repetition }) => repetition.fractionMerged)
  return {
    fraction: mean(({ repetition }) => repetition.fraction),
    fractionMerged: mean(({ repetition }) => repetition.fractionMerged),
    randomFraction: mean(({ repetition }) => repetition.random.fraction),
    randomFractionMerged: mean(({ repetition }) => repetition.randomMerged.fraction),
    weightedFractionMerged,
    weightedRandomFractionMerged: work(({ repetition }) => repetition.randomMerged.fraction),
    popcountReduction: 1 / weightedFractionMerged,
  }
}
