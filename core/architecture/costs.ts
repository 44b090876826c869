import type { Inference, InferredNode } from './infer.ts'
import { NO_COST, type Cost } from './kind.ts'
import type { Optimizer, Recipe } from './recipe.ts'
import { elements } from './signal.ts'

export interface Totals extends Cost {
  /** Real and binary together. */
  readonly parameters: number
  /** Real and binary together. */
  readonly macs: number
}

/** Sums over all layers whose cost is known. Per image where Cost is. */
export function totalsOf(inference: Inference): Totals {
  const sum = { ...NO_COST }
  for (const { cost } of inference.nodes.values()) {
    if (!cost) continue
    for (const key of COST_KEYS) sum[key] += cost[key]
  }
  return { ...sum, parameters: sum.realParameters + sum.binaryParameters, macs: sum.floatMacs + sum.binaryMacs }
}

const COST_KEYS = Object.keys(NO_COST) as readonly (keyof Cost)[]

/** Bytes that training holds on to. Passing values, such as the gradient on its way back, are not counted. */
export interface TrainingMemory {
  /** float32 parameters, latent weights among them, running statistics, and binary weights once more as bits. */
  readonly parameters: number
  readonly gradients: number
  readonly optimizerState: number
  /** What stays from forward to backward, for the whole batch. */
  readonly savedActivations: number
  readonly total: number
  /** What savedActivations would be if every layer's output were kept as float32, as frameworks do. */
  readonly floatTwinActivations: number
}

/** Values of optimizer state for every real and every binary parameter: sgd has a velocity, Bop a mean for binary weights, all others two moments. */
export function optimizerSlots(kind: Optimizer['kind']): { readonly real: number; readonly binary: number } {
  return { real: kind === 'sgd' ? 1 : 2, binary: kind === 'sgd' || kind === 'bop' ? 1 : 2 }
}

export function trainingMemory(inference: Inference, recipe: Pick<Recipe, 'optimizer' | 'activations' | 'batchSize'>): TrainingMemory {
  const { parameters, realParameters, binaryParameters, stateValues } = totalsOf(inference)
  const slots = optimizerSlots(recipe.optimizer.kind)
  let savedBits = 0
  let twin = 0
  for (const node of inference.nodes.values()) {
    savedBits += savedBitsOf(node, recipe.activations, inference)
    twin += floatTwinBytes(node)
  }
  const bytes = {
    parameters: 4 * (parameters + stateValues) + Math.ceil(binaryParameters / 8),
    gradients: 4 * parameters,
    optimizerState: 4 * (realParameters * slots.real + binaryParameters * slots.binary),
    savedActivations: Math.ceil((savedBits * recipe.batchSize) / 8),
  }
  return {
    ...bytes,
    total: bytes.parameters + bytes.gradients + bytes.optimizerState + bytes.savedActivations,
    floatTwinActivations: twin * recipe.batchSize,
  }
}

/**
 * Bits per image a node keeps for backward. With batch normalisation and sign, that is one bit of the sign's output and
 * one of its mask per value: the sums in between are computed again from bits, unless the recipe keeps them. What is not a
 * product, such as the sum of two branches, cannot be computed again from bits: it stays as float32 if somebody reads it again.
 */
export function savedBitsOf(node: InferredNode, activations: Recipe['activations'], inference: Inference): number {
  const [source] = node.inputs
  const producer = inference.nodes.get(node.sources[0] ?? '')
  const sums = source?.flow === 'integers' || source?.flow === 'reals'
  // What batch normalisation reads, it keeps for those behind it too.
  const kept = activations === 'keep' && sums && readsAgain(node) && producer?.kind !== 'batchNorm' && !HELD.has(producer?.kind ?? '') ? 32 * elements(source.shape) : 0
  return (node.cost?.savedBits ?? 0) + kept + heldBits(node, inference)
}

/** Whether backward reads the values that came in, in place of a mask. */
function readsAgain({ kind, attributes }: InferredNode): boolean {
  if (kind === 'sign') return attributes['gradient'] === 'approxSign' || attributes['gradient'] === 'swishSign'
  if (kind === 'activation') return attributes['function'] === 'prelu' || attributes['function'] === 'rpRelu'
  return kind === 'batchNorm' || kind === 'maxPool'
}

/** Kinds whose real output is not computed again. */
const HELD: ReadonlySet<string> = new Set(['add', 'concat', 'avgPool', 'globalAvgPool', 'activation', 'quantize', 'dropout'])

function heldBits({ id, kind, signal }: InferredNode, inference: Inference): number {
  if (!HELD.has(kind) || (signal?.flow !== 'reals' && signal?.flow !== 'integers')) return 0
  const readers = readersOf(inference)
  const behind = [...(readers.get(id) ?? [])]
  // An array yields what is added to it while it is walked; a flattened picture is the picture itself.
  for (const reader of behind) if (reader.kind === 'flatten') behind.push(...(readers.get(reader.id) ?? []))
  // Layers with weights count their real input themselves.
  const counted = behind.some(({ kind: name }) => name === 'dense' || name === 'conv2d')
  return !counted && behind.some(readsAgain) ? 32 * elements(signal.shape) : 0
}

const known = new WeakMap<Inference, ReadonlyMap<string, readonly InferredNode[]>>()

/** Who reads a node's output, by its id. */
function readersOf(inference: Inference): ReadonlyMap<string, readonly InferredNode[]> {
  let readers = known.get(inference)
  if (!readers) {
    const found = new Map<string, InferredNode[]>()
    for (const node of inference.nodes.values()) {
      for (const source of node.sources) found.set(source, [...(found.get(source) ?? []), node])
    }
    known.set(inference, (readers = found))
  }
  return readers
}

/** Bytes per image of a node's output as float32; a flattened picture is the picture itself. */
export function floatTwinBytes(node: InferredNode): number {
  return node.signal === undefined || node.kind === 'flatten' ? 0 : 4 * elements(node.signal.shape)
}
