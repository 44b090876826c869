import type { Inference, InferredNode } from '../architecture/infer.ts'
import { inferProject, planSteps, readsPixels } from '../architecture/steps.ts'
import type { Project } from '../architecture/project.ts'
import { elements } from '../architecture/signal.ts'
import type { Fitted } from '../data/preprocessing.ts'
import { BitwrightError, invariant } from '../errors.ts'
import { lengthOf, type Tensor } from '../gpu/tensor.ts'
import { wordsOfTaps, type LayerSite, type Parameter, type ParameterDescription, type State, type TableValues } from '../layers/context.ts'
import { planOptimizer, type OptimizerPlan, type UpdateRule } from './optimizers.ts'

/** Name of the whitening matrix among the tensors. */
export const WHITENING = 'preprocessing.whitening'

/** A tensor of the model that a checkpoint holds. */
export interface Stored {
  readonly name: string
  readonly tensor: Tensor
}

/**
 * The tensors of a network that outlive a step: parameters, their packed bits, running statistics and what the optimizer
 * remembers. Training and evaluation programs are built around the same model, and ask it for tensors by name.
 */
export class Model {
  readonly project: Project
  readonly inference: Inference
  readonly optimizer: OptimizerPlan
  /** What stored images mean, fitted on the training split. */
  readonly pixels: Fitted
  readonly parameters = new Map<string, Parameter>()
  readonly states = new Map<string, State>()
  readonly memories = new Map<string, Tensor>()
  readonly health: Tensor
  /** The matrix of a whiten step: fitted before training, and never changed by it. */
  readonly whitening: Tensor | undefined
  readonly #constants = new Map<string, { readonly tensor: Tensor; readonly values: TableValues }>()

  /** Throws when the graph has problems that keep it from being trained, naming the first of them. */
  constructor(project: Project, pixels: Fitted) {
    this.project = project
    this.pixels = pixels
    this.inference = inferProject(project)
    this.optimizer = planOptimizer(project.recipe.optimizer)
    const errors = this.inference.problems.filter(problem => problem.severity === 'error')
    const [first] = errors
    if (first) {
      throw new BitwrightError({
        what: errors.length === 1 ? first.message : `${first.message} (and ${errors.length - 1} more)`,
        where: `${project.name}${first.node === undefined ? '' : `, layer ${first.node}`}`,
        remedy: first.fixes[0] ? `${first.fixes[0].label}; "bitwright check" lists every problem` : 'run "bitwright check" for the whole list',
      })
    }
    const values = elements(this.imageShape)
    if (planSteps(project.recipe.preprocessing).values.some(step => step.kind === 'zca')) this.whitening = { name: WHITENING, dtype: 'f32', shape: [values, values], role: 'state' }
    this.health = { name: 'health', dtype: 'u32', shape: [Math.max(1, this.order.length)], role: 'output' }
  }

  /** Whether the network reads float32 values instead of 8-bit pixels. */
  get readsReals(): boolean {
    return !readsPixels(this.project.recipe.preprocessing)
  }

  get order(): readonly string[] {
    return this.inference.order
  }

  node(id: string): InferredNode {
    const node = this.inference.nodes.get(id)
    invariant(node, () => `no node ${id}`)
    return node
  }

  /** Ids of the heads, in order; the last is the main one, whose errors are reported. */
  get heads(): readonly string[] {
    return this.order.filter(id => this.node(id).kind === 'head')
  }

  /** Values per image that the input layer takes. */
  get imageShape(): readonly [number, number, number] {
    const input = this.order.map(id => this.node(id)).find(node => node.kind === 'input')
    const shape = input?.signal?.shape
    invariant(shape?.length === 3, () => 'the network has no input picture')
    return shape
  }

  get classes(): number {
    const main = this.node(this.heads.at(-1) as string)
    const [signal] = main.inputs
    invariant(signal, () => 'the main head has no input')
    return elements(signal.shape)
  }

  parameter(site: LayerSite, name: string, { shape, taps = 1, weight = false, latent = false, packs = latent, centred = false, ...description }: ParameterDescription): Parameter {
    const full = `${site.id}.${name}`
    let parameter = this.parameters.get(full)
    if (!parameter) {
      const packed: Tensor | undefined = packs ? { name: `${full}.bits`, dtype: 'u32', shape: [wordsOfTaps(description.depth, taps).words, description.outputs], role: 'derived' } : undefined
      parameter = { ...description, taps, weight, latent, centred, name: full, node: site.id, tensor: { name: full, dtype: 'f32', shape, role: 'parameter' }, ...(packed && { packed }) }
      this.parameters.set(full, parameter)
      for (const kind of this.rule(parameter).memory) this.memories.set(`${full}.${kind}`, { name: `${full}.${kind}`, dtype: 'f32', shape, role: 'state' })
    }
    return parameter
  }

  state(site: LayerSite, name: string, length: number, initial: number): Tensor {
    const full = `${site.id}.${name}`
    let state = this.states.get(full)
    if (!state) this.states.set(full, (state = { name: full, tensor: { name: full, dtype: 'f32', shape: [length], role: 'state' }, initial }))
    return state.tensor
  }

  constant(length: number, value: number): Tensor {
    return this.#fixed(`constant ${value} x ${length}`, () => new Float32Array(length).fill(value))
  }

  table(site: LayerSite, name: string, values: TableValues): Tensor {
    return this.#fixed(`${site.id}.${name}`, () => values)
  }

  #fixed(name: string, make: () => TableValues): Tensor {
    let constant = this.#constants.get(name)
    if (!constant) {
      const values = make()
      const dtype = values instanceof Float32Array ? 'f32' : 'u32'
      this.#constants.set(name, (constant = { tensor: { name, dtype, shape: [values.length], role: 'derived' }, values }))
    }
    return constant.tensor
  }

  get constants(): Iterable<{ readonly tensor: Tensor; readonly values: TableValues }> {
    return this.#constants.values()
  }

  /** How the optimizer moves a parameter. */
  rule({ latent }: Pick<Parameter, 'latent'>): UpdateRule {
    return latent ? this.optimizer.latent : this.optimizer.other
  }

  memory(parameter: Parameter, kind: string): Tensor {
    const tensor = this.memories.get(`${parameter.name}.${kind}`)
    invariant(tensor, () => `${parameter.name} has no ${kind}`)
    return tensor
  }

  /** Everything that a checkpoint must hold, in order of name. With `optimizer` off, what evaluation needs. */
  stored({ optimizer }: { readonly optimizer: boolean }): Stored[] {
    const all = [
      ...[...this.parameters.values()].map(({ name, tensor }) => ({ name, tensor })),
      ...[...this.states.values()].map(({ name, tensor }) => ({ name, tensor })),
      ...(this.whitening ? [{ name: this.whitening.name, tensor: this.whitening }] : []),
      ...(optimizer ? [...this.memories].map(([name, tensor]) => ({ name, tensor })) : []),
    ]
    return all.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** Bytes of parameters and of all that goes with them in training. */
  get storedBytes(): number {
    return this.stored({ optimizer: true }).reduce((sum, { tensor }) => sum + lengthOf(tensor) * 4, 0)
  }
}
