import { invariant } from '../errors.ts'
import { Program } from '../gpu/program.ts'
import type { Tensor } from '../gpu/tensor.ts'
import { addGradients, asReals } from '../layers/conversions.ts'
import { wordsOfTaps, type Arithmetic, type Built, type Context, type LayerSite, type Parameter, type Ports } from '../layers/context.ts'
import { builderOf } from '../layers/index.ts'
import type { Gradient, Value } from '../layers/values.ts'
import { streamKey } from '../random.ts'
import type { Model } from './model.ts'

/** Steps whose metrics fit on the device before the host must read them. */
export const METRIC_SLOTS = 256

export interface BuildOptions {
  readonly training: boolean
  /** Images per step. */
  readonly rows: number
  readonly inputPath: 'planes' | 'float'
  /** Training knows bits alone. */
  readonly arithmetic?: Arithmetic
  /** Everything a step computes stays readable after it, at the cost of its memory. */
  readonly inspect?: boolean
  /** Sums that a node gives are also written as float32, with their normalisation applied. */
  readonly reals?: boolean
}

export interface BuiltProgram {
  readonly program: Program
  readonly ports: Ports
  readonly gradients: ReadonlyMap<string, Tensor>
  /** What each node's output is made of, by node id. */
  readonly outputs: ReadonlyMap<string, Value>
  /** With the option of this name: nodes whose output is sums, as float32 [rows][channels]. */
  readonly reals: ReadonlyMap<string, Tensor>
  /** In training, by node id: what went back through it; a node that learns nothing and stands behind nothing that does has none. */
  readonly backward: ReadonlyMap<string, BackwardOfNode>
}

/** Gradients are of a node's output, summed over all that read it (none reaches a head), and of its inputs in the order of its ports. */
export interface BackwardOfNode {
  readonly reached: Gradient | undefined
  readonly passed: readonly (Gradient | undefined)[]
}

/** The batch's tensors for a number of rows. */
export function portsFor(model: Model, rows: number): Ports {
  const [height, width, depth] = model.imageShape
  const values = height * width * depth
  const { pixels: { scale, offset }, whitening, readsReals: reals } = model
  const port = (name: string, dtype: Tensor['dtype'], shape: readonly number[], role: Tensor['role']): Tensor => ({ name: `${name} of ${rows}`, dtype, shape, role })
  return {
    pixels: reals ? port('values', 'f32', [rows, values], 'input') : port('pixels', 'u32', [rows, Math.ceil(values / 4)], 'input'),
    labels: port('labels', 'u32', [rows], 'input'),
    metrics: port('metrics', 'f32', [METRIC_SLOTS, 4], 'output'),
    predictions: port('predictions', 'u32', [METRIC_SLOTS, rows], 'output'),
    headErrors: port('errors of heads', 'f32', [METRIC_SLOTS, model.heads.length, 2], 'output'),
    positives: port('values of +1', 'u32', [METRIC_SLOTS, model.health.shape[0] as number], 'output'),
    scores: port('scores', 'f32', [rows, model.classes], 'output'),
    health: model.health,
    scale,
    offset,
    reals,
    ...(whitening && { whitening }),
  }
}

/**
 * Records a whole step of the network: forward in topological order and, in training, backward in reverse, each
 * layer's update right behind its backward so that its gradients' memory is free for the next layer.
 */
export function buildProgram(model: Model, { training, rows, inputPath, arithmetic = 'bits', inspect = false, reals: wantReals = false }: BuildOptions): BuiltProgram {
  invariant(!training || arithmetic === 'bits', () => `training in ${arithmetic}`)
  const { recipe } = model.project
  const program = new Program({ inspect })
  const ports = portsFor(model, rows)
  const { heads } = model
  const sites = new Map(model.order.map((id, ordinal): [string, LayerSite] => [
    id,
    { id, ordinal, ...(heads.includes(id) && { head: { ordinal: heads.indexOf(id), count: heads.length, first: heads[0] === id, main: heads.at(-1) === id } }) },
  ]))
  const gradients = new Map<string, Tensor>()
  let updates: { parameter: Parameter; gradient: Tensor }[] = []
  const context: Context = {
    program,
    training,
    rows,
    recipe,
    inputPath,
    arithmetic,
    ports,
    parameter: (site, name, description) => model.parameter(site, name, description),
    state: (site, name, length, initial) => model.state(site, name, length, initial),
    constant: (length, value) => model.constant(length, value),
    table: (site, name, values) => model.table(site, name, values),
    healthPlace: site => site.ordinal,
    update: (parameter, gradient) => updates.push({ parameter, gradient }),
    gradientTensor(parameter) {
      const tensor: Tensor = { name: `${parameter.name}.gradient`, dtype: 'f32', shape: parameter.tensor.shape, role: inspect ? 'output' : 'step' }
      gradients.set(parameter.name, tensor)
      return tensor
    },
    key: (stream, site) => streamKey(recipe.seed, stream, site.ordinal),
  }

  const built = new Map<string, Built>()
  const outputs = new Map<string, Value>()
  const reals = new Map<string, Tensor>()
  const backward = new Map<string, BackwardOfNode>()
  for (const id of model.order) {
    const node = model.node(id)
    program.enter(id, 'forward')
    const inputs = node.sources.map(source => {
      const value = outputs.get(source)
      invariant(value, () => `${id} reads ${source}, which has no output`)
      return value
    })
    const layer = builderOf(node.kind)(context, sites.get(id) as LayerSite, inputs, node.attributes)
    built.set(id, layer)
    if (layer.output) outputs.set(id, layer.output)
    if (wantReals && layer.output?.flow === 'sums') reals.set(id, asReals(context, layer.output))
  }
  if (training) {
    const reaching = new Map<string, Gradient>()
    for (const id of [...model.order].reverse()) {
      const node = model.node(id)
      const gradient = reaching.get(id)
      if (!gradient && node.kind !== 'head') continue
      program.enter(id, 'backward')
      const back = (built.get(id) as Built).backward(gradient)
      backward.set(id, { reached: gradient, passed: back })
      for (const [index, passed] of back.entries()) {
        const source = node.sources[index]
        if (!passed || source === undefined) continue
        const other = reaching.get(source)
        reaching.set(source, other ? addGradients(context, other, passed, outputs.get(source) as Value) : passed)
      }
      program.enter(id, 'update')
      for (const update of updates) recordUpdate(model, sites, program, ports, update)
      updates = []
    }
  }
  return { program, ports, gradients, outputs, reals, backward }
}

function recordUpdate(model: Model, sites: ReadonlyMap<string, LayerSite>, program: Program, ports: Ports, { parameter, gradient }: { parameter: Parameter; gradient: Tensor }): void {
  const { recipe } = model.project
  const { depth, taps, outputs, packed, tensor, node, weight, latent, centred } = parameter
  const PACK = Number(packed !== undefined)
  const rule = model.rule(parameter)
  const flips = rule.shader === 'bop'
  const { rate, on } = recipe.weightDecay
  const decays = !flips && (on === 'everything' || (weight && (on === 'weights' || !latent)))
  const clip = Number(recipe.clip === 'everything' || (recipe.clip === 'binaryWeights' && latent))
  const memory = Object.fromEntries(rule.memory.map(kind => [kind, model.memory(parameter, kind)]))
  // A binding may not be empty: a parameter without bits lends its kernel sixteen bytes (one vec4) that it never touches.
  const target = packed ?? program.tensor('no bits', 'u32', [4])
  program.launch(
    rule.shader,
    { gradient, parameter: tensor, packed: target, health: ports.health, ...memory },
    { outputs, depth, ...wordsOfTaps(depth, taps), factor: flips ? 1 : parameter.factor, place: (sites.get(node) as LayerSite).ordinal, first: rule.first, second: rule.second, epsilon: rule.epsilon, decay: decays ? rate : 0 },
    { CLIP: centred ? 0 : clip, PACK: centred ? 0 : PACK },
  )
  if (centred) program.launch('centre_weights', { parameter: tensor, packed: target }, { outputs, channels: depth / taps, taps }, { CLIP: clip, PACK })
}
