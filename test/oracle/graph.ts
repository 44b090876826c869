/**
 * The architecture as a list of layers in topological order, attributes and shapes worked out. Written from the
 * document's description alone, so that a mistake in core's inference cannot hide in the reference too.
 */
import type { Architecture, LayerNode } from '../../core/architecture/document.ts'
import type { ActivationFunction } from './activation.ts'
import type { BatchNormOptions } from './batchNorm.ts'
import type { Coding } from './coding.ts'
import type { LossKind } from './loss.ts'
import type { SignGradient } from './sign.ts'
import type { WeightOptions } from './weights.ts'
import { outputSize, type Size, type Window } from './window.ts'

export type LayerKind =
  | { readonly kind: 'input'; readonly coding: Coding }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dense'; readonly inputs: number; readonly units: number; readonly options: WeightOptions; readonly bias: boolean }
  | { readonly kind: 'conv2d'; readonly inputs: number; readonly filters: number; readonly window: Window; readonly options: WeightOptions; readonly bias: boolean }
  | { readonly kind: 'maxPool' | 'avgPool'; readonly window: Window }
  | { readonly kind: 'globalAvgPool' | 'concat' | 'add' }
  | { readonly kind: 'batchNorm'; readonly options: BatchNormOptions; readonly beta: boolean; readonly gammaInit: 'one' | 'uniform' }
  | { readonly kind: 'sign'; readonly mode: 'deterministic' | 'stochastic'; readonly gradient: SignGradient; readonly zero: 'plus' | 'zero'; readonly learned: boolean }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'activation'; readonly function: ActivationFunction }
  | { readonly kind: 'quantize'; readonly bits: number }
  | { readonly kind: 'head'; readonly loss: LossKind; readonly weight: number }

export type Layer = LayerKind & Size & {
  readonly id: string
  /** Place in the topological order, from 0. */
  readonly ordinal: number
  /** Ordinals of the layers this one reads, in the order of its ports; none for the input. */
  readonly sources: readonly number[]
  /** Of the output, with its height and width (1 for a vector): a tensor has M * height * width rows and this many columns. */
  readonly channels: number
}

/** Kahn's algorithm, always taking the ready node that stands first in `architecture.nodes`. */
export function topologicalOrder(architecture: Architecture): LayerNode[] {
  const done = new Set<string>()
  const order: LayerNode[] = []
  while (order.length < architecture.nodes.length) {
    const next = architecture.nodes.find(node => !done.has(node.id) && architecture.edges.every(edge => edge.to.node !== node.id || done.has(edge.from.node)))
    if (next === undefined) throw new Error('the architecture has a cycle, or an edge from a node that does not exist')
    done.add(next.id)
    order.push(next)
  }
  return order
}

export function readLayers(architecture: Architecture): Layer[] {
  const layers: Layer[] = []
  for (const node of topologicalOrder(architecture)) {
    const edges = architecture.edges.filter(edge => edge.to.node === node.id)
    const ports = portsOf(node)
    if (edges.length !== ports.length) throw new Error(`node ${node.id} (${node.kind}) has ${edges.length} incoming edges`)
    const sources = ports.map(port => {
      const edge = edges.find(candidate => candidate.to.port === port)
      const source = layers.find(layer => layer.id === edge?.from.node)
      if (source === undefined) throw new Error(`node ${node.id} has no input ${port}`)
      return source
    })
    layers.push(readLayer(node, layers.length, sources))
  }
  if (layers.filter(layer => layer.kind === 'input').length !== 1) throw new Error('expected exactly one input node')
  if (!layers.some(layer => layer.kind === 'head')) throw new Error('expected at least one head')
  return layers
}

function portsOf(node: LayerNode): string[] {
  if (node.kind === 'input') return []
  if (node.kind === 'add') return ['a', 'b']
  if (node.kind === 'concat') return Array.from({ length: Number(node.attributes['inputs'] ?? 2) }, (_, i) => `in${i + 1}`)
  if (node.attributes['weights'] === 'scaled' && node.attributes['inputScale'] === true) return ['in', 'magnitude']
  return ['in']
}

const VECTOR: Size = { height: 1, width: 1 }

function readLayer(node: LayerNode, ordinal: number, sources: readonly Layer[]): Layer {
  const read = new AttributeReader(node)
  const place = { id: node.id, ordinal, sources: sources.map(source => source.ordinal) }
  const [source] = sources
  if (node.kind === 'input') {
    const layer = { ...place, height: read.number('height'), width: read.number('width'), channels: read.number('channels'), kind: 'input', coding: readCoding(read) } as const
    read.finish()
    return layer
  }
  if (source === undefined) throw new Error(`node ${node.id} has no input`)
  const size: Size = { height: source.height, width: source.width }
  const shape = { ...size, channels: source.channels }
  const layer = ((): Layer => {
    switch (node.kind) {
      case 'flatten': return { ...place, ...VECTOR, channels: source.height * source.width * source.channels, kind: 'flatten' }
      case 'dense': {
        if (source.height * source.width !== 1) throw new Error(`dense ${node.id} needs a vector`)
        const units = read.number('units')
        return { ...place, ...VECTOR, channels: units, kind: 'dense', inputs: shape.channels, units, ...readWeights(read) }
      }
      case 'conv2d': {
        const kernel = read.number('kernel', 3)
        const window: Window = { size: kernel, stride: read.number('stride', 1), padding: read.number('padding', Math.floor((kernel - 1) / 2)) }
        const filters = read.number('filters')
        return { ...place, ...outputSize(size, window), channels: filters, kind: 'conv2d', inputs: shape.channels, filters, window, ...readWeights(read) }
      }
      case 'maxPool': case 'avgPool': {
        const window: Window = { size: read.number('size', 2), stride: read.number('stride', 2), padding: read.number('padding', 0) }
        return { ...place, ...outputSize(size, window), channels: shape.channels, kind: node.kind, window }
      }
      case 'globalAvgPool': return { ...place, ...VECTOR, channels: shape.channels, kind: 'globalAvgPool' }
      case 'concat': {
        read.number('inputs', 2)
        requireSame(node, sources, ['height', 'width'])
        return { ...place, ...size, channels: sources.reduce((sum, { channels }) => sum + channels, 0), kind: 'concat' }
      }
      case 'add': {
        requireSame(node, sources, ['height', 'width', 'channels'])
        return { ...place, ...shape, kind: 'add' }
      }
      case 'batchNorm': {
        const options: BatchNormOptions = {
          mode: read.choice('mode', ['vanilla', 'shift']),
          epsilon: read.number('epsilon', 1e-4),
          momentum: read.number('momentum', 0.1),
          running: read.choice('running', ['inverseStd', 'variance']),
          rounding: read.choice('rounding', ['nearest', 'floor']),
        }
        return { ...place, ...shape, kind: 'batchNorm', options, beta: read.boolean('beta', true), gammaInit: read.choice('gammaInit', ['one', 'uniform']) }
      }
      case 'sign': return {
        ...place, ...shape, kind: 'sign',
        mode: read.choice('mode', ['deterministic', 'stochastic']), gradient: read.choice('gradient', ['clip', 'strict', 'approxSign', 'swishSign']),
        zero: read.choice('zero', ['plus', 'zero']), learned: read.choice('threshold', ['fixed', 'learned']) === 'learned',
      }
      case 'dropout': return { ...place, ...shape, kind: 'dropout', rate: read.number('rate', 0.5) }
      case 'activation': return { ...place, ...shape, kind: 'activation', function: read.choice('function', ['relu', 'hardTanh', 'clip01', 'prelu', 'rpRelu']) }
      case 'quantize': return { ...place, ...shape, kind: 'quantize', bits: read.number('bits', 2) }
      case 'head': return { ...place, ...shape, kind: 'head', loss: read.choice('loss', ['squaredHinge', 'crossEntropy']), weight: read.number('weight', 1) }
      default: throw new Error(`the reference does not know the layer kind ${node.kind}`)
    }
  })()
  read.finish()
  return layer
}

function readCoding(read: AttributeReader): Coding {
  const [low, high, bits, threshold] = [read.number('low', -1), read.number('high', 1), read.number('bits', 8), read.number('threshold', 0)]
  return { kind: read.choice('coding', ['recipe', 'affine', 'fixedPoint', 'threshold']), low, high, bits, fractionBits: read.number('fractionBits', bits - 1), threshold }
}

function readWeights(read: AttributeReader): { options: WeightOptions; bias: boolean } {
  return {
    options: {
      weights: read.choice('weights', ['binary', 'scaled', 'quantized', 'real']),
      weightBits: read.number('weightBits', 2),
      binarisation: read.choice('binarisation', ['deterministic', 'stochastic']),
      weightMask: read.choice('weightMask', ['off', 'clip', 'strict']),
      scaleGradient: read.choice('scaleGradient', ['corrected', 'constant', 'unit', 'paper']),
      inputScale: read.boolean('inputScale', false),
      centred: read.boolean('centred', false),
    },
    bias: read.boolean('bias', false),
  }
}

function requireSame(node: LayerNode, sources: readonly Layer[], sides: readonly ('height' | 'width' | 'channels')[]): void {
  for (const side of sides) {
    if (new Set(sources.map(source => source[side])).size !== 1) throw new Error(`the inputs of ${node.id} differ in ${side}`)
  }
}

/** Reads attributes by name with defaults, and refuses those it was never asked for. */
class AttributeReader {
  readonly #node: LayerNode
  readonly #asked = new Set<string>()

  constructor(node: LayerNode) {
    this.#node = node
  }

  number(name: string, fallback?: number): number {
    const value = this.#value(name) ?? fallback
    if (typeof value !== 'number') throw this.#error(name, value)
    return value
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#value(name) ?? fallback
    if (typeof value !== 'boolean') throw this.#error(name, value)
    return value
  }

  /** The first choice is the default. */
  choice<const Choice extends string>(name: string, choices: readonly [Choice, ...Choice[]]): Choice {
    const value = this.#value(name) ?? choices[0]
    const found = choices.find(choice => choice === value)
    if (found === undefined) throw this.#error(name, value)
    return found
  }

  finish(): void {
    for (const name of Object.keys(this.#node.attributes)) {
      if (!this.#asked.has(name)) throw new Error(`node ${this.#node.id}: ${this.#node.kind} has no attribute ${name}`)
    }
  }

  #value(name: string): string | number | boolean | undefined {
    this.#asked.add(name)
    return this.#node.attributes[name]
  }

  #error(name: string, value: unknown): Error {
    return new Error(`node ${this.#node.id}: attribute ${name} is ${String(value)}`)
  }
}
