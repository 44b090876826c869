import { BitwrightError } from '../errors.ts'
import { checkAttributes } from './attributes.ts'
import type { Architecture, LayerNode } from './document.ts'
import { removeNode } from './fix.ts'
import { kindOf, layerKinds, type LayerKinds } from './kinds/index.ts'
import { parseAs, ProjectSchema, type Project } from './project.ts'
import { readStructure } from './structure.ts'
import { grouped } from './wording.ts'

/**
 * The project with every hidden layer `factor` times as wide, rounded, at least 1. Layers that end in a head with no
 * other weights in between stay, since their units are the classes. Throws unless 0 < factor, and if a layer gets too wide.
 */
export function scaleWidths(project: Project, factor: number, kinds: LayerKinds = layerKinds): Project {
  if (!(factor > 0 && factor <= 1e6)) {
    throw new BitwrightError({ what: `expected a width factor above 0, at most ${grouped(1e6)}; found ${factor}`, remedy: 'give a number such as 0.25 or 2' })
  }
  requireOwnIds(project)
  const last = lastWeights(project.architecture, kinds)
  return withNodes(project, project.architecture.nodes.map(node => {
    const width = kinds.get(node.kind)?.width
    const units = width === undefined ? undefined : node.attributes[width]
    if (width === undefined || typeof units !== 'number' || last.has(node.id)) return node
    return checked({ ...node, attributes: { ...node.attributes, [width]: Math.max(1, Math.round(units * factor)) } }, kinds)
  }))
}

/** Layers with weights from which a head is reached without passing another one. */
export function lastWeights(architecture: Architecture, kinds: LayerKinds): Set<string> {
  const { nodes } = readStructure(architecture, kinds)
  const before = new Set<number>()
  nodes.forEach((place, at) => {
    if (place.kind?.family === 'output') before.add(at)
  })
  const last = new Set<string>()
  // A Set yields what is added to it while it is walked.
  for (const at of before) {
    const place = nodes[at]
    if (place?.kind?.family === 'weights') last.add(place.node.id)
    else for (const producer of place?.producers ?? []) if (producer !== undefined) before.add(producer)
  }
  return last
}

/** The project without any layer of a kind, edges joined. Throws on an unknown kind and on one that may change shapes. */
export function withoutKind(project: Project, name: string, kinds: LayerKinds = layerKinds): Project {
  const kind = kindOf(name, kinds)
  if (!kind.passThrough) {
    const removable = [...kinds.values()].filter(other => other.passThrough).map(other => other.kind)
    throw new BitwrightError({
      what: `layers of kind ${name} cannot be left out, since what follows depends on their output`,
      remedy: `kinds that can be left out: ${removable.join(', ')}`,
    })
  }
  requireOwnIds(project)
  const ids = project.architecture.nodes.filter(node => node.kind === name).map(node => node.id)
  return parseAs(ProjectSchema, { ...project, architecture: ids.reduce(removeNode, project.architecture) }, project.name)
}

/** Transforms name nodes by id, so no two may share one. */
export function requireOwnIds({ name, architecture: { nodes } }: Project): void {
  const seen = new Set<string>()
  for (const { id } of nodes) {
    if (seen.has(id)) throw new BitwrightError({ what: `several nodes are called ${id}`, where: name, remedy: 'give every node an id of its own' })
    seen.add(id)
  }
}

/** A node's attributes must fit its kind wherever a transform writes them. */
export function checked(node: LayerNode, kinds: LayerKinds): LayerNode {
  const [problem] = checkAttributes(kindOf(node.kind, kinds), node).problems
  if (problem) throw new BitwrightError({ what: problem.message, where: `node ${node.id}` })
  return node
}

export function withNodes(project: Project, nodes: readonly LayerNode[]): Project {
  return parseAs(ProjectSchema, { ...project, architecture: { ...project.architecture, nodes } }, project.name)
}
