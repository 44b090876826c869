import type { Recipe } from '../architecture/recipe.ts'
import { wordsOf } from '../architecture/signal.ts'
import type { Program } from '../gpu/program.ts'
import type { Tensor } from '../gpu/tensor.ts'
import type { Pair } from '../random.ts'
import type { Gradient, Value } from './values.ts'

/** How a parameter starts. Uniform draws, or their signs, come from the run's seed, so they are the same on every adapter. */
export type Initial = { readonly kind: 'constant'; readonly value: number } | { readonly kind: 'uniform'; readonly low: number; readonly high: number; readonly key: Pair; readonly signs?: boolean }

/** A trained tensor [depth][outputs] (vectors have depth 1) and all that its update needs. */
export interface Parameter {
  readonly name: string
  readonly node: string
  readonly tensor: Tensor
  readonly depth: number
  /** Parts of the depth whose bits fill words of their own: the taps of a convolution, 1 for all else. */
  readonly taps: number
  readonly outputs: number
  readonly initial: Initial
  /** Factor on the step (layer learning-rate scale). */
  readonly factor: number
  /** Multiplies inputs, and so is what weight decay means by weights. */
  readonly weight: boolean
  /** Weights of which only the sign is used, sometimes with a scale: what `clip: binaryWeights` clips. */
  readonly latent: boolean
  /** Kept at mean 0 over the input channels of each tap and output. */
  readonly centred: boolean
  /** Bit weights derived from it, [taps * words of a tap][outputs]; only latent weights of binary layers have them. */
  readonly packed?: Tensor
}

/** What a layer says of a parameter. */
export type ParameterDescription = Pick<Parameter, 'depth' | 'outputs' | 'initial' | 'factor'> & Partial<Pick<Parameter, 'taps' | 'weight' | 'latent' | 'centred'>> & {
  readonly shape: readonly number[]
  /** Whether bits are kept beside it; left out, latent weights do. */
  readonly packs?: boolean
}

/** Sizes of packed weights as shaders take them: inputs that share words, and words in all. */
export function wordsOfTaps(depth: number, taps: number): { readonly channels: number; readonly words: number } {
  const channels = depth / taps
  return { channels, words: taps * wordsOf(channels) }
}

/** What a layer keeps besides parameters: running statistics. */
export interface State {
  readonly name: string
  readonly tensor: Tensor
  readonly initial: number
}

/** Values of a table: float32, or 32-bit words. */
export type TableValues = Float32Array<ArrayBuffer> | Uint32Array<ArrayBuffer>

/**
 * How a network is computed. `bits`: as in training, products by XNOR and popcount, batch normalisation in float32 in front of a sign. `packed`:
 * as a packed model is, that normalisation folded into thresholds of the sums (core/inference/thresholds.ts). `float32`: signs are the numbers
 * -1 and 1 and products are those of float32, as a simulation computes. The last two are for evaluation alone.
 */
export const ARITHMETICS = ['bits', 'packed', 'float32'] as const
export type Arithmetic = (typeof ARITHMETICS)[number]

/**
 * What a layer builds with. One context serves one program (training or evaluation at one batch size); parameters and
 * states are the model's and shared by all its programs.
 */
export interface Context {
  readonly program: Program
  readonly training: boolean
  /** Images per step, M. */
  readonly rows: number
  readonly recipe: Recipe
  /** How 8-bit input meets bit weights; settled before building. */
  readonly inputPath: 'planes' | 'float'
  readonly arithmetic: Arithmetic
  /** Pixels, labels, metrics and predictions. */
  readonly ports: Ports
  parameter(node: LayerSite, name: string, description: ParameterDescription): Parameter
  state(node: LayerSite, name: string, length: number, initial: number): Tensor
  /** A tensor of one value that the model owns and never changes. */
  constant(length: number, value: number): Tensor
  /** The same with a value for each place; `name` tells it from all others of the layer. */
  table(node: LayerSite, name: string, values: TableValues): Tensor
  /** Where a layer notes the first step at which it met a value that is not finite: an index into `ports.health`. */
  healthPlace(node: LayerSite): number
  /** Hands over a parameter's gradient; the update follows once the layer's backward is complete. */
  update(parameter: Parameter, gradient: Tensor): void
  gradientTensor(parameter: Parameter): Tensor
  /** The generator's key for a layer's use of a stream. */
  key(stream: number, node: LayerSite): Pair
}

/** Tensors exchanged with the host every step. */
export interface Ports {
  readonly pixels: Tensor
  readonly labels: Tensor
  readonly metrics: Tensor
  readonly predictions: Tensor
  readonly scores: Tensor
  /** Of every head by itself: errors and top-5 errors, [slots][heads][2]. */
  readonly headErrors: Tensor
  /** +1 values of every sign layer in evaluation, [slots][nodes in topological order]. */
  readonly positives: Tensor
  readonly health: Tensor
  readonly scale: number
  readonly offset: number
  /** Pixels are float32 values, [rows][values], not bytes. */
  readonly reals: boolean
  /** What these are multiplied by before anything else, [values][values]. */
  readonly whitening?: Tensor
}

/** A node as its builder sees it. `ordinal` is its place in the topological order, which the generator's streams use. */
export interface LayerSite {
  readonly id: string
  readonly ordinal: number
  /** Heads only: which it is of how many, whether the first, and whether the main (last) one. */
  readonly head?: { readonly ordinal: number; readonly count: number; readonly first: boolean; readonly main: boolean }
}

/** A layer's forward has been recorded; `backward` records the rest and returns a gradient for each input that wants one. */
export interface Built {
  readonly output?: Value
  backward(gradient: Gradient | undefined): readonly (Gradient | undefined)[]
}

/** Records a layer into a program: forward now, backward when called. */
export type Builder<Attributes> = (context: Context, site: LayerSite, inputs: readonly Value[], attributes: Attributes) => Built
