import { z } from 'zod'
import { inferArchitecture, type InferredNode } from '../architecture/infer.ts'
import type { Project } from '../architecture/project.ts'
import { didYouMean } from '../architecture/wording.ts'
import { BitwrightError } from '../errors.ts'
import type { NdArray } from '../formats/ndarray.ts'
import { LAYOUTS, type Layout } from './layout.ts'

/** Arrays of a file by name. */
export type Arrays = ReadonlyMap<string, NdArray>

/** Which array each tensor of the network is read from ("dense1.weight" -> "arr_0"), and how they are laid out. */
export interface Assignment {
  readonly layout: Layout
  readonly arrays: ReadonlyMap<string, string>
}

/** A name map: `arrays` says for every tensor of the network ("conv1.weight") what the file calls it. */
export const NameMapSchema = z.strictObject({ layout: z.enum(LAYOUTS).default('lasagne'), arrays: z.record(z.string().min(1).max(128), z.string().min(1).max(256)) })
export type NameMap = z.infer<typeof NameMapSchema>

const WITH_WEIGHTS = ['conv2d', 'dense']

/**
 * Assigns arrays named arr_0, arr_1, ... in the order in which Lasagne saves a network and BinaryNet its results: layer by layer,
 * W and then the bias of a layer with weights, beta, gamma, mean and inverse standard deviation of a batch normalisation. A layer
 * may have no bias: what stands between two layers' weights tells.
 */
export function assignInOrder(project: Project, arrays: Arrays, where: string): Assignment {
  const names = numbered(arrays, where)
  const assigned = new Map<string, string>()
  const isMatrix = (at: number): boolean => (arrays.get(names[at] ?? '')?.shape.length ?? 0) >= 2
  let at = 0
  for (const { weights, norms } of groupsOf(project)) {
    const place = `${where}, from ${names[at] ?? 'its end'} on`
    if (weights) {
      if (!isMatrix(at)) throw refuseOrder(`expected the weights of ${weights.id} (an array of ${weights.kind === 'dense' ? 2 : 4} dimensions), found ${names[at] === undefined ? 'no more arrays' : 'a vector'}`, place)
      assigned.set(`${weights.id}.weight`, names[at++] as string)
    }
    const slots = norms.flatMap(normSlots)
    let vectors = 0
    while (at + vectors < names.length && !isMatrix(at + vectors)) vectors++
    if (weights && vectors === slots.length + 1) assigned.set(`${weights.id}.bias`, names[at++] as string)
    else if (vectors !== slots.length) {
      const behind = weights ? `behind the weights of ${weights.id}, or ${slots.length + 1} with its bias` : 'in front of the first weights'
      throw refuseOrder(`expected ${slots.length} vectors ${behind}, found ${vectors}`, place)
    }
    for (const slot of slots) assigned.set(slot, names[at++] as string)
  }
  if (at < names.length) throw refuseOrder(`expected ${at} arrays for this network, found ${names.length}`, where)
  return { layout: 'lasagne', arrays: assigned }
}

/** Assigns arrays by a name map. Every array it names must be there. */
export function assignByName(map: NameMap, arrays: Arrays, where: string): Assignment {
  for (const [tensor, name] of Object.entries(map.arrays)) {
    if (!arrays.has(name)) throw new BitwrightError({ what: `expected an array ${JSON.stringify(name)} for ${tensor}, found none of that name`, where, remedy: didYouMean(name, arrays.keys()) })
  }
  return { layout: map.layout, arrays: new Map(Object.entries(map.arrays)) }
}

/**
 * The project as the file has it: a layer has a bias if there is one for it that is not 0 everywhere, and a batch normalisation keeps
 * the statistic that is given. `notes` says in words what was changed.
 */
export function fitProject(project: Project, { arrays: assigned }: Assignment, arrays: Arrays): { readonly project: Project; readonly assigned: ReadonlyMap<string, string>; readonly notes: readonly string[] } {
  const notes: string[] = []
  const kept = new Map(assigned)
  const nodes = project.architecture.nodes.map(node => {
    const set: Record<string, string | boolean> = {}
    if (WITH_WEIGHTS.includes(node.kind)) {
      const name = `${node.id}.bias`
      const values = arrays.get(assigned.get(name) ?? '')?.values
      const wanted = values?.some(value => value !== 0) ?? false
      const had = node.attributes.bias === true
      if (wanted !== had) {
        set.bias = wanted
        notes.push(wanted ? `${node.id} has a bias in the file, and now in the network` : `${node.id} has no bias in the file, and none in the network any more`)
      }
      if (!wanted) kept.delete(name)
    } else if (node.kind === 'batchNorm') {
      const running = assigned.has(`${node.id}.runningVariance`) ? 'variance' : 'inverseStd'
      if ((node.attributes.running ?? 'inverseStd') !== running) {
        set.running = running
        notes.push(`${node.id} keeps the running ${running === 'variance' ? 'variance' : 'inverse standard deviation'}, as the file does`)
      }
    }
    return Object.keys(set).length === 0 ? node : { ...node, attributes: { ...node.attributes, ...set } }
  })
  return { project: { ...project, architecture: { ...project.architecture, nodes } }, assigned: kept, notes: [...notes, ...mixedBiases(assigned)] }
}

/** A file cut short reads as if its last layer had no bias, and so do some that are whole: a person should look. */
function mixedBiases(assigned: ReadonlyMap<string, string>): string[] {
  const layers = [...assigned.keys()].filter(name => name.endsWith('.weight')).map(name => name.replace(/\.weight$/, ''))
  const without = layers.filter(id => !assigned.has(`${id}.bias`))
  return without.length === 0 || without.length === layers.length ? [] : [`of ${layers.length} layers with weights, ${without.join(', ')} ${without.length === 1 ? 'has' : 'have'} no bias in the file`]
}

function numbered(arrays: Arrays, where: string): string[] {
  const names = Array.from({ length: arrays.size }, (_, at) => `arr_${at}`)
  const stray = [...arrays.keys()].find(name => !names.includes(name))
  if (stray === undefined) return names
  throw new BitwrightError({ what: `expected arrays named arr_0 to arr_${arrays.size - 1}, in the order in which Lasagne saves a network, found ${JSON.stringify(stray)}`, where, remedy: 'say which array is which with --map FILE.json' })
}

/** Layers with weights in the order of the network, each with the batch normalisations before the next. */
function groupsOf(project: Project): { readonly weights: InferredNode | undefined; readonly norms: readonly InferredNode[] }[] {
  const { order, nodes } = inferArchitecture(project.architecture)
  const groups: { weights: InferredNode | undefined; norms: InferredNode[] }[] = [{ weights: undefined, norms: [] }]
  for (const node of order.flatMap(id => nodes.get(id) ?? [])) {
    if (WITH_WEIGHTS.includes(node.kind)) groups.push({ weights: node, norms: [] })
    else if (node.kind === 'batchNorm') groups.at(-1)?.norms.push(node)
  }
  return groups
}

/** In the order in which Lasagne's BatchNormLayer adds them. */
function normSlots({ id, attributes }: InferredNode): string[] {
  return [...(attributes.beta === false ? [] : ['beta']), 'gamma', 'runningMean', 'runningInverseStd'].map(name => `${id}.${name}`)
}

function refuseOrder(what: string, where: string): BitwrightError {
  return new BitwrightError({ what, where, remedy: 'use the project that the file was trained with, or say which array is which with --map FILE.json' })
}
