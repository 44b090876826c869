import { BitwrightError } from '../errors.ts'
import { ArchitectureSchema, type Architecture, type Attributes, type Edge, type LayerNode } from './document.ts'
import { withGroups } from './groups.ts'
import type { EndPattern, Fix } from './kind.ts'
import { kindOf, layerKinds, type LayerKinds } from './kinds/index.ts'
import { parseAs } from './project.ts'

/** Where a new node is put beside the one it belongs to: half a row away and a little aside, so that neither hides the other. */
const ASIDE = 40
const HALF_ROW = 42

/**
 * The graph with the fix applied; the one given stays as it is. Throws if the graph has changed so that the fix no
 * longer fits (a node it names is gone), and if the result would break the document's limits.
 */
export function applyFix(architecture: Architecture, fix: Fix, kinds: LayerKinds = layerKinds): Architecture {
  return parseAs(ArchitectureSchema, edited(architecture, fix, kinds), `the fix "${fix.label}"`)
}

function edited(architecture: Architecture, fix: Fix, kinds: LayerKinds): Architecture {
  if ('set' in fix) {
    const { set, unset = [] } = fix
    return change(architecture, fix.node, node => ({
      ...node,
      attributes: Object.fromEntries(Object.entries({ ...node.attributes, ...set }).filter(([name]) => !unset.includes(name))),
    }))
  }
  if ('become' in fix) return change(architecture, fix.node, node => ({ ...node, kind: kindOf(fix.become, kinds).kind }))
  if ('remove' in fix) return removeNode(architecture, fix.node)
  if ('after' in fix) return insertAfter(architecture, fix.after, fresh(architecture, fix.insert, fix.with, kinds, find(architecture, fix.after), HALF_ROW), kinds)
  if ('before' in fix) {
    const target = find(architecture, fix.before)
    const node = fresh(architecture, fix.insert, fix.with, kinds, target, -HALF_ROW)
    return insertBefore(architecture, target, fix.port ?? kinds.get(target.kind)?.inputs[0] ?? 'in', node, kinds)
  }
  if ('add' in fix) return { ...architecture, nodes: [...architecture.nodes, fresh(architecture, fix.add, fix.with, kinds)] }
  if ('connect' in fix) {
    const { from, to, port } = fix.connect
    find(architecture, from)
    find(architecture, to)
    return {
      ...architecture,
      edges: [...architecture.edges.filter(edge => !(edge.to.node === to && edge.to.port === port)), wire(from, to, port)],
    }
  }
  if ('disconnect' in fix) {
    const { from, to } = fix.disconnect
    return { ...architecture, edges: architecture.edges.filter(edge => !(matches(edge.from, from) && matches(edge.to, to))) }
  }
  if ('group' in fix) return { ...architecture, groups: (architecture.groups ?? []).map(group => (group.id === fix.group ? { ...group, repeat: fix.repeat } : group)) }
  if ('ungroup' in fix) return withGroups(architecture, (architecture.groups ?? []).filter(group => group.id !== fix.ungroup))
  return renameLater(architecture, fix.rename)
}

export function wire(from: string, to: string, port: string): Edge {
  return { from: { node: from, port: 'out' }, to: { node: to, port } }
}

function matches(end: Edge['from'], pattern: EndPattern): boolean {
  return end.node === pattern.node && (pattern.port === undefined || end.port === pattern.port)
}

function find(architecture: Architecture, id: string): LayerNode {
  const node = architecture.nodes.find(candidate => candidate.id === id)
  if (node) return node
  throw new BitwrightError({ what: `there is no node ${id}`, remedy: 'the graph has changed since the fix was offered; check it again' })
}

function change(architecture: Architecture, id: string, edit: (node: LayerNode) => LayerNode): Architecture {
  const target = find(architecture, id)
  return { ...architecture, nodes: architecture.nodes.map(node => (node === target ? edit(node) : node)) }
}

/** Takes a node and its edges out; if one edge led into it, its source then feeds everything the node fed. */
export function removeNode(architecture: Architecture, id: string): Architecture {
  const target = find(architecture, id)
  const into = architecture.edges.filter(edge => edge.to.node === id && edge.from.node !== id)
  const source = into.length === 1 ? into[0]?.from : undefined
  const edges = architecture.edges.flatMap(edge => {
    if (edge.to.node === id) return []
    if (edge.from.node !== id) return [edge]
    return source ? [{ from: source, to: edge.to }] : []
  })
  const groups = (architecture.groups ?? []).map(group => (group.nodes.includes(id) ? { ...group, nodes: group.nodes.filter(member => member !== id) } : group))
  return withGroups({ ...architecture, nodes: architecture.nodes.filter(node => node !== target), edges }, groups)
}

function insertAfter(architecture: Architecture, id: string, node: LayerNode, kinds: LayerKinds): Architecture {
  const kind = kindOf(node.kind, kinds)
  const [port] = kind.inputs
  const edges = architecture.edges.map(edge => (kind.hasOutput && edge.from.node === id ? { ...edge, from: { node: node.id, port: 'out' } } : edge))
  if (port !== undefined) edges.push(wire(id, node.id, port))
  return { ...architecture, nodes: [...architecture.nodes, node], edges }
}

function insertBefore(architecture: Architecture, target: LayerNode, port: string, node: LayerNode, kinds: LayerKinds): Architecture {
  const [first] = kindOf(node.kind, kinds).inputs
  const edges = architecture.edges.flatMap(edge => {
    if (edge.to.node !== target.id || edge.to.port !== port) return [edge]
    return first === undefined ? [] : [{ ...edge, to: { node: node.id, port: first } }]
  })
  return { ...architecture, nodes: [...architecture.nodes, node], edges: [...edges, wire(node.id, target.id, port)] }
}

function fresh(architecture: Architecture, kind: string, attributes: Attributes = {}, kinds: LayerKinds, beside?: LayerNode, offset = 0): LayerNode {
  const { initial } = kindOf(kind, kinds)
  const within = (value: number): number => Math.max(-1e6, Math.min(1e6, value))
  return {
    id: freshId(new Set(architecture.nodes.map(node => node.id)), kind),
    kind,
    attributes: { ...initial, ...attributes },
    position: beside ? { x: within(beside.position.x + ASIDE), y: within(beside.position.y + offset) } : { x: 0, y: 0 },
  }
}

/** The stem itself if it is free, else the stem and the first number that is. */
export function freshId(taken: ReadonlySet<string>, stem: string): string {
  if (!taken.has(stem)) return stem
  let number = 2
  while (taken.has(`${stem.slice(0, 56)}${number}`)) number++
  return `${stem.slice(0, 56)}${number}`
}

function renameLater(architecture: Architecture, id: string): Architecture {
  const first = find(architecture, id)
  const taken = new Set(architecture.nodes.map(node => node.id))
  const nodes = architecture.nodes.map(node => {
    if (node === first || node.id !== id) return node
    const own = freshId(taken, id)
    taken.add(own)
    return { ...node, id: own }
  })
  return { ...architecture, nodes }
}
