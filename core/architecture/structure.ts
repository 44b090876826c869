import { portsOf, type LayerKind, type Problem } from './kind.ts'
import type { Architecture, Attributes, Edge, LayerNode } from './document.ts'
import type { LayerKinds } from './kinds/index.ts'
import { checkAttributes } from './attributes.ts'
import { nearestName } from './wording.ts'

/** One node with its kind and neighbours; neighbours are indices into Structure.nodes. */
export interface Place {
  readonly node: LayerNode
  readonly kind: LayerKind | undefined
  /** With defaults filled in; absent when they are wrong or the kind is unknown. */
  readonly attributes: Attributes | undefined
  readonly ports: readonly string[]
  /** Per port, the node that feeds it. */
  readonly producers: (number | undefined)[]
  /** Nodes fed by this one, once for every edge. */
  readonly consumers: number[]
}

export interface Structure {
  /** In the order of the document; of several nodes with one id, the first. */
  readonly nodes: readonly Place[]
  readonly index: ReadonlyMap<string, number>
  /** Indices in topological order; nodes on a loop, or fed by one, are left out. */
  readonly order: readonly number[]
  readonly problems: readonly Problem[]
}

/** Reads the graph: who is who, what feeds what, in which order. Edges that make no sense are reported and left out. */
export function readStructure(architecture: Architecture, kinds: LayerKinds): Structure {
  const problems: Problem[] = []
  const { nodes, index } = readNodes(architecture, kinds, problems)
  readEdges(architecture, nodes, index, problems)
  const order = topologicalOrder(nodes)
  if (order.length < nodes.length) reportLoops(nodes, order, problems)
  return { nodes, index, order, problems }
}

function readNodes(architecture: Architecture, kinds: LayerKinds, problems: Problem[]): { nodes: Place[]; index: Map<string, number> } {
  const nodes: Place[] = []
  const index = new Map<string, number>()
  const repeated = new Map<string, number>()
  for (const node of architecture.nodes) {
    if (index.has(node.id)) {
      repeated.set(node.id, (repeated.get(node.id) ?? 1) + 1)
      continue
    }
    index.set(node.id, nodes.length)
    const kind = kinds.get(node.kind)
    const checked = kind && checkAttributes(kind, node)
    if (kind === undefined) problems.push(unknownKind(node, kinds))
    else if (checked) problems.push(...checked.problems)
    const attributes = checked?.attributes
    // A kind that is not known has the ports its edges name (readEdges), so that they are not called wrong as well.
    const ports = kind === undefined ? [] : attributes === undefined ? [...kind.inputs] : [...portsOf(kind, attributes)]
    nodes.push({ node, kind, attributes, ports, producers: ports.map(() => undefined), consumers: [] })
  }
  for (const [id, count] of repeated) {
    problems.unshift({
      code: 'duplicateId',
      severity: 'error',
      message: `${count} nodes are called ${id}; edges cannot tell them apart`,
      node: id,
      fixes: [{ label: count === 2 ? 'Rename the second' : 'Rename all but the first', rename: id }],
    })
  }
  return { nodes, index }
}

function unknownKind(node: LayerNode, kinds: LayerKinds): Problem {
  const nearest = nearestName(node.kind, kinds.keys())
  return {
    code: 'unknownKind',
    severity: 'error',
    message: `${node.id} is of kind "${node.kind}", which does not exist; ${nearest === undefined ? '' : `did you mean ${nearest}? `}There are ${[...kinds.keys()].join(', ')}`,
    node: node.id,
    fixes: [
      ...(nearest === undefined ? [] : [{ label: `Make it ${nearest}`, node: node.id, become: nearest }]),
      { label: `Remove ${node.id}`, node: node.id, remove: true },
    ],
  }
}

function readEdges(architecture: Architecture, nodes: readonly Place[], index: ReadonlyMap<string, number>, problems: Problem[]): void {
  const into = new Map<Place, Map<string, Edge[]>>()
  for (const edge of architecture.edges) {
    const fromIndex = index.get(edge.from.node)
    const toIndex = index.get(edge.to.node)
    const from = fromIndex === undefined ? undefined : nodes[fromIndex]
    const to = toIndex === undefined ? undefined : nodes[toIndex]
    const complaint = wrongEnd(edge, from, to)
    if (complaint !== undefined || fromIndex === undefined || toIndex === undefined || !from || !to) {
      problems.push(wrongEdge(edge, from && to ? 'missingPort' : 'missingNode', complaint ?? ''))
      continue
    }
    const ports = into.get(to) ?? new Map<string, Edge[]>()
    into.set(to, ports)
    const earlier = ports.get(edge.to.port)
    if (earlier) {
      earlier.push(edge)
      continue
    }
    ports.set(edge.to.port, [edge])
    const port = to.ports.indexOf(edge.to.port)
    to.producers[port < 0 ? to.producers.length : port] = fromIndex
    from.consumers.push(toIndex)
  }
  for (const ports of into.values()) {
    for (const edges of ports.values()) {
      if (edges.length > 1) problems.push(severalEdges(edges))
    }
  }
}

function wrongEnd(edge: Edge, from: Place | undefined, to: Place | undefined): string | undefined {
  if (!from) return `there is no node ${edge.from.node}`
  if (!to) return `there is no node ${edge.to.node}`
  if (from.kind && !from.kind.hasOutput) return `${edge.from.node} is a ${from.kind.kind}, which has no output`
  if (from.kind && edge.from.port !== 'out') return `${edge.from.node} has no output "${edge.from.port}"; its output is called out`
  if (to.kind && !to.ports.includes(edge.to.port)) {
    return `${edge.to.node} has no input "${edge.to.port}"; ${to.ports.length === 0 ? `a node of kind ${to.kind.kind} takes none` : `it has ${to.ports.join(', ')}`}`
  }
  return undefined
}

function wrongEdge(edge: Edge, code: 'missingNode' | 'missingPort', complaint: string): Problem {
  return {
    code,
    severity: 'error',
    message: `the edge from ${edge.from.node}.${edge.from.port} to ${edge.to.node}.${edge.to.port} leads nowhere: ${complaint}`,
    edge,
    fixes: [{ label: 'Remove the edge', disconnect: { from: edge.from, to: edge.to } }],
  }
}

function severalEdges(edges: readonly Edge[]): Problem {
  const { node, port } = (edges[0] as Edge).to
  const sources = [...new Set(edges.map(edge => edge.from.node))]
  return {
    code: 'severalEdges',
    severity: 'error',
    message: `${edges.length} edges lead into ${node}.${port}, from ${sources.join(', ')}; an input takes one`,
    node,
    port,
    fixes: sources.slice(0, 4).map(from => ({ label: `Keep the one from ${from}`, connect: { from, to: node, port } })),
  }
}

/** Kahn's algorithm; of the nodes that are ready, the first in the document comes first. */
function topologicalOrder(nodes: readonly Place[]): number[] {
  const waiting = nodes.map(place => place.producers.filter(producer => producer !== undefined).length)
  const done = new Uint8Array(nodes.length)
  const order: number[] = []
  let next = 0
  while (next < nodes.length) {
    if (done[next] || waiting[next] !== 0) {
      next++
      continue
    }
    done[next] = 1
    order.push(next)
    let first = next + 1
    for (const consumer of (nodes[next] as Place).consumers) {
      const left = (waiting[consumer] as number) - 1
      waiting[consumer] = left
      if (left === 0) first = Math.min(first, consumer)
    }
    next = first
  }
  return order
}

/** Follows producers back from every node that never got ready: each such walk ends in a loop or on an earlier walk. */
function reportLoops(nodes: readonly Place[], order: readonly number[], problems: Problem[]): void {
  const walkOf = new Map<number, number>(order.map(node => [node, -1]))
  for (let start = 0; start < nodes.length; start++) {
    const path: number[] = []
    let at = start
    while (!walkOf.has(at)) {
      walkOf.set(at, start)
      path.push(at)
      at = (nodes[at] as Place).producers.find(producer => producer !== undefined && walkOf.get(producer) !== -1) ?? at
    }
    if (walkOf.get(at) === start && path.includes(at)) problems.push(loop(path.slice(path.indexOf(at)).reverse(), nodes))
  }
}

function loop(members: readonly number[], nodes: readonly Place[]): Problem {
  const turn = members.indexOf(Math.min(...members))
  const ids = [...members.slice(turn), ...members.slice(0, turn)].map(member => (nodes[member] as Place).node.id)
  const first = ids[0] as string
  const last = ids.at(-1) as string
  const named = ids.length <= 12 ? ids : [...ids.slice(0, 6), '…', ...ids.slice(-5)]
  return {
    code: 'cycle',
    severity: 'error',
    message: `${ids.length === 1 ? `${first} feeds itself` : `${ids.length} nodes form a loop: ${[...named, first].join(' → ')}`}; data must flow one way`,
    node: first,
    fixes: [{ label: `Remove the edge from ${last} to ${first}`, disconnect: { from: { node: last }, to: { node: first } } }],
  }
}
