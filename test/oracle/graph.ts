/**
 * The architecture as a list of layers in topological order, attributes and shapes worked out. Written from the
 * document's description alone, so that a mistake in core's inference cannot hide in the reference too.
 */
import type { Architecture, LayerNode } from '../../core/architecture/document.ts'
import type { ActivationFunction } from './activation.ts'
import type { BatchNormOptions } from './batchNorm.ts'
import type { LossKind } from './loss.ts'

export type LayerKind =
  | { readonly kind: 'input' }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dense'; readonly inputs: number; readonly units: number; readonly binary: boolean; readonly bias: boolean }
  | { readonly kind: 'batchNorm'; readonly options: BatchNormOptions; readonly beta: boolean; readonly gammaInit: 'one' | 'uniform' }
  | { readonly kind: 'sign'; readonly mode: 'deterministic' | 'stochastic'; readonly gradient: 'clip' | 'strict'; readonly zero: 'plus' | 'zero' }
  | { readonly kind: 'dropout'; readonly rate: number }
  | { readonly kind: 'activation'; readonly function: ActivationFunction }
  | { readonly kind: 'head'; readonly loss: LossKind; readonly weight: number }

export type Layer = LayerKind & {
  readonly id: string
  /** Place in the topological order, from 0. */
  readonly ordinal: number
  /** Ordinal of the layer this one reads; -1 for the input. */
  readonly source: number
  /** Positions per image (height * width of a picture, 1 of a vector) and channels: a tensor has M * positions rows. */
  readonly positions: number
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
    if (edges.length !== (node.kind === 'input' ? 0 : 1)) throw new Error(`node ${node.id} (${node.kind}) has ${edges.length} incoming edges`)
    const source = layers.find(layer => layer.id === edges[0]?.from.node)
    layers.push(readLayer(node, layers.length, source))
  }
  if (layers.filter(layer => layer.kind === 'input').length !== 1) throw new Error('expected exactly one input node')
  if (!layers.some(layer => layer.kind === 'head')) throw new Error('expected at least one head')
  return layers
}

function readLayer(node: LayerNode, ordinal: number, source: Layer | undefined): Layer {
  const read = new AttributeReader(node)
  const place = { id: node.id, ordinal, source: source?.ordinal ?? -1 }
  if (node.kind === 'input') {
    const positions = read.number('height') * read.number('width')
    const channels = read.number('channels')
    read.finish()
    return { ...place, positions, channels, kind: 'input' }
  }
  if (source === undefined) throw new Error(`node ${node.id} has no input`)
  const shape = { positions: source.positions, channels: source.channels }
  const layer = ((): Layer => {
    switch (node.kind) {
      case 'flatten': return { ...place, positions: 1, channels: shape.positions * shape.channels, kind: 'flatten' }
      case 'dense': {
        if (shape.positions !== 1) throw new Error(`dense ${node.id} needs a vector`)
        const units = read.number('units')
        return {
          ...place, positions: 1, channels: units, kind: 'dense', inputs: shape.channels, units,
          binary: read.choice('weights', ['binary', 'real']) === 'binary', bias: read.boolean('bias', false),
        }
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
        mode: read.choice('mode', ['deterministic', 'stochastic']), gradient: read.choice('gradient', ['clip', 'strict']), zero: read.choice('zero', ['plus', 'zero']),
      }
      case 'dropout': return { ...place, ...shape, kind: 'dropout', rate: read.number('rate', 0.5) }
      case 'activation': return { ...place, ...shape, kind: 'activation', function: read.choice('function', ['relu', 'hardTanh']) }
      case 'head': return { ...place, ...shape, kind: 'head', loss: read.choice('loss', ['squaredHinge', 'crossEntropy']), weight: read.number('weight', 1) }
      default: throw new Error(`the reference does not know the layer kind ${node.kind}`)
    }
  })()
  read.finish()
  return layer
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
