import { BitwrightError } from '../errors.ts'
import type { Attributes, Edge, LayerNode } from './document.ts'
import { inferArchitecture } from './infer.ts'
import { attributesOf, layerKinds, quantize, sign, type LayerKinds } from './kinds/index.ts'
import { weightAttributes } from './kinds/weights.ts'
import { parseAs, ProjectSchema, type Project } from './project.ts'
import type { Recipe } from './recipe.ts'
import { checked, requireOwnIds } from './transform.ts'
import { grouped } from './wording.ts'

export type TwinActivation = 'hardTanh' | 'relu'

export interface Twin {
  readonly project: Project
  /** What it changed, and what of the quantized network's habits it kept, a sentence a line. */
  readonly changes: readonly string[]
}

/**
 * The unquantized twin: the same graph and recipe in float32. Signs become `activation` (hardTanh is what the straight-through estimator
 * takes them for), k-bit activations lose their rounding, and weights become real, with what the recipe does to latent
 * weights alone (clipping, the layers' step scale) left out. Throws on a network that quantizes nothing, and if the
 * twin could not be trained.
 */
export function floatTwin(project: Project, activation: TwinActivation = 'hardTanh', kinds: LayerKinds = layerKinds): Twin {
  requireOwnIds(project)
  const counts = { signs: 0, thresholds: 0, quantized: 0, weights: 0, inputScales: 0 }
  const dropped = new Set<string>()
  const nodes = project.architecture.nodes.map(node => {
    const twin = twinNode(checked(node, kinds), activation, kinds, counts)
    if (node.attributes['inputScale'] === true && twin !== node) dropped.add(node.id)
    return twin
  })
  counts.inputScales = dropped.size
  if (counts.signs + counts.quantized + counts.weights === 0) {
    throw new BitwrightError({ what: `${project.name} has no twin: its weights and activations are real already`, remedy: 'leave the twin out' })
  }
  const { recipe, changes: inRecipe } = twinRecipe(project.recipe)
  const changes = [...sentences(counts, activation), ...inRecipe, ...kept(project, kinds)]
  const edges = project.architecture.edges.filter(({ to }: Edge) => !(to.port === 'magnitude' && dropped.has(to.node)))
  const [about = ''] = project.description.split('\n')
  const twin = parseAs(ProjectSchema, {
    ...project,
    name: `${project.name.slice(0, 115)}-twin`,
    description: [`The unquantized twin of ${project.name}, in float32.`, ...changes.map(line => `twin: ${line}`), about].join('\n').slice(0, 4000),
    architecture: { ...project.architecture, nodes, edges },
    recipe,
  }, project.name)
  const [problem] = inferArchitecture(twin.architecture, kinds).problems.filter(({ severity }) => severity === 'error')
  if (problem) throw new BitwrightError({ what: `${project.name} has no twin that can be trained: ${problem.message}`, remedy: '"bitwright check" lists what is wrong with the network itself' })
  return { project: twin, changes }
}

type Counts = Record<'signs' | 'thresholds' | 'quantized' | 'weights' | 'inputScales', number>

function twinNode(node: LayerNode, activation: TwinActivation, kinds: LayerKinds, counts: Counts): LayerNode {
  if (node.kind === 'sign') {
    counts.signs++
    if (attributesOf(sign, node).threshold === 'learned') counts.thresholds++
    return { ...node, kind: 'activation', attributes: { function: activation } }
  }
  if (node.kind === quantize.kind) {
    counts.quantized++
    return { ...node, kind: 'activation', attributes: { function: 'clip01' } }
  }
  if (kinds.get(node.kind)?.family !== 'weights' || node.attributes['weights'] === 'real') return node
  counts.weights++
  // What is left says nothing of weights but that they are real, and whether there is a bias.
  const own = Object.entries(node.attributes).filter(([name]) => name === 'bias' || !Object.hasOwn(weightAttributes, name))
  const attributes: Attributes = { ...Object.fromEntries(own), weights: 'real' }
  return checked({ ...node, attributes }, kinds)
}

function twinRecipe(recipe: Recipe): { recipe: Recipe; changes: string[] } {
  const changes: string[] = []
  if (recipe.clip !== 'off') changes.push('parameters are no longer clipped to -1..1, which serves latent weights')
  const scaled = recipe.layerScale.mode !== 'off'
  if (scaled) changes.push('the steps of a layer are no longer multiplied by its scale, which serves latent weights')
  let { optimizer } = recipe
  if (optimizer.kind === 'bop') {
    const { beta1, beta2, epsilon } = optimizer
    optimizer = { kind: 'adam', beta1, beta2, epsilon }
    changes.push('Adam, which Bop leaves everything but binary weights to, moves all parameters')
  }
  return { recipe: { ...recipe, optimizer, clip: 'off', ...(scaled && { layerScale: { mode: 'off', batchNormScale: false } }) }, changes }
}

function sentences(counts: Counts, activation: TwinActivation): string[] {
  const lines: string[] = []
  const say = (count: number, one: string, many: string): void => {
    if (count > 0) lines.push(`${grouped(count)} ${count === 1 ? one : many}`)
  }
  say(counts.signs, `sign became ${activation}`, `signs became ${activation}`)
  say(counts.thresholds, 'learned threshold is gone with its sign', 'learned thresholds are gone with their signs')
  say(counts.quantized, 'k-bit activation became a clip to 0..1', 'k-bit activations became clips to 0..1')
  say(counts.weights, 'layer has real weights, which start at U(±1 / √inputs)', 'layers have real weights, which start at U(±1 / √inputs)')
  say(counts.inputScales, 'input scale K is gone', 'input scales K are gone')
  return lines
}

function kept({ architecture: { nodes }, recipe }: Project, kinds: LayerKinds): string[] {
  const shift = nodes.find(node => kinds.has(node.kind) && node.kind === 'batchNorm' && node.attributes['mode'] === 'shift')
  return [
    ...(shift ? [`batch normalisation stays shift-based (--set nodes.${shift.id}.mode=vanilla, and so on, for multiplications)`] : []),
    ...(recipe.optimizer.kind === 'adamaxShift' ? ['the optimizer stays shift-based AdaMax (--set recipe.optimizer={"kind":"adam"} for another)'] : []),
  ]
}
