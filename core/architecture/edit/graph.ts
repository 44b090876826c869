import { BitwrightError } from '../../errors.ts'
import type { Architecture, Edge, Group, LayerNode } from '../document.ts'
import { freshId, removeNode, wire } from '../fix.ts'
import { withGroups } from '../groups.ts'
import { portsOf } from '../kind.ts'
import { kindOf, layerKinds } from '../kinds/index.ts'
import { laidOut } from '../layout.ts'
import type { Command, Fragment, Point, Size } from './command.ts'

/** Positions are kept on whole pixels and inside the document's bounds. */
function within({ x, y }: Point): { x: number; y: number } {
  const bound = (value: number): number => Math.max(-1e6, Math.min(1e6, Math.round(value)))
  return { x: bound(x), y: bound(y) }
}

export function sameEdge(a: Edge, b: Edge): boolean {
  return a.from.node === b.from.node && a.from.port === b.from.port && a.to.node === b.to.node && a.to.port === b.to.port
}

/** An id nobody has, with a number: dense1, dense2… A lone input or head goes without. */
export function nextId(architecture: Architecture, kind: string): string {
  const taken = new Set(architecture.nodes.map(node => node.id))
  const stem = { conv2d: 'conv', batchNorm: 'norm', maxPool: 'pool' }[kind] ?? kind
  if ((kind === 'input' || kind === 'head' || kind === 'flatten') && !taken.has(stem)) return stem
  for (let number = 1; ; number++) if (!taken.has(`${stem}${number}`)) return `${stem}${number}`
}

export function addNode(before: Architecture, command: Command & { do: 'add' }): Architecture {
  const kind = kindOf(command.kind)
  const at = within(command.at)
  const architecture = command.room ? makeRoom(before, at, command.room) : before
  const taken = new Set(architecture.nodes.map(node => node.id))
  const id = command.id === undefined ? nextId(architecture, command.kind) : freshId(taken, command.id)
  const node: LayerNode = { id, kind: kind.kind, attributes: { ...kind.initial, ...command.attributes }, position: at }
  const [port] = portsOf(kind, node.attributes)
  const { from, into, onto } = command
  if (onto && architecture.edges.some(edge => sameEdge(edge, onto))) return insertOnEdge(architecture, node, onto, port, kind.hasOutput)
  const grown = { ...architecture, nodes: [...architecture.nodes, node] }
  const fed = from === undefined || port === undefined || !taken.has(from) ? grown : { ...grown, edges: [...grown.edges, wire(from, id, port)] }
  return into && kind.hasOutput && taken.has(into.node) ? connect(fed, id, into.node, into.port) : fed
}

/** Puts a node that has no edges yet onto one. */
export function insert(architecture: Architecture, { id, onto, at }: Command & { do: 'insert' }): Architecture {
  const node = architecture.nodes.find(other => other.id === id)
  const kind = node && kindOf(node.kind)
  const [port] = kind ? portsOf(kind, node.attributes) : []
  if (!node || !architecture.edges.some(edge => sameEdge(edge, onto))) return architecture
  const without = { ...architecture, nodes: architecture.nodes.filter(other => other !== node) }
  return insertOnEdge(without, { ...node, position: within(at) }, onto, port, kind?.hasOutput ?? false)
}

/** Moves what stands in the column of `at` at its height or below by a row, if something is in the way. */
function makeRoom(architecture: Architecture, at: Point, { width, height }: Size): Architecture {
  const column = architecture.nodes.filter(node => Math.abs(node.position.x - at.x) < width)
  const covered = column.filter(node => Math.abs(node.position.y - at.y) < height)
  if (covered.length === 0) return architecture
  const first = Math.min(...covered.map(node => node.position.y))
  const by = at.y + height - first
  return move(architecture, new Map(column.filter(node => node.position.y >= first).map(({ id, position }) => [id, { x: position.x, y: position.y + by }])))
}

function insertOnEdge(architecture: Architecture, node: LayerNode, onto: Edge, port: string | undefined, hasOutput: boolean): Architecture {
  const edges = architecture.edges.flatMap(edge => {
    if (!sameEdge(edge, onto)) return [edge]
    const into = port === undefined ? [] : [{ from: edge.from, to: { node: node.id, port } }]
    return [...into, hasOutput ? { from: { node: node.id, port: 'out' }, to: edge.to } : edge]
  })
  // On an edge inside a group, the node belongs to it too.
  const groups = (architecture.groups ?? []).map(group => (group.nodes.includes(onto.from.node) && group.nodes.includes(onto.to.node) ? { ...group, nodes: [...group.nodes, node.id] } : group))
  return withGroups({ ...architecture, nodes: [...architecture.nodes, node], edges }, groups)
}

export function connect(architecture: Architecture, from: string, to: string, port: string): Architecture {
  const known = (id: string): boolean => architecture.nodes.some(node => node.id === id)
  if (!known(from) || !known(to)) throw new BitwrightError({ what: `there is no node ${known(from) ? to : from}`, remedy: 'the graph has changed; connect nodes that are there' })
  const kept = architecture.edges.filter(edge => !(edge.to.node === to && edge.to.port === port))
  return { ...architecture, edges: [...kept, wire(from, to, port)] }
}

export function remove(architecture: Architecture, ids: readonly string[], join: boolean): Architecture {
  const present = architecture.nodes.filter(node => ids.includes(node.id)).map(node => node.id)
  if (join) return present.reduce(removeNode, architecture)
  const gone = new Set(present)
  const groups = (architecture.groups ?? []).map(group => ({ ...group, nodes: group.nodes.filter(id => !gone.has(id)) }))
  return withGroups({
    ...architecture,
    nodes: architecture.nodes.filter(node => !gone.has(node.id)),
    edges: architecture.edges.filter(edge => !gone.has(edge.from.node) && !gone.has(edge.to.node)),
  }, groups)
}

export function move(architecture: Architecture, to: ReadonlyMap<string, Point>): Architecture {
  return { ...architecture, nodes: architecture.nodes.map(node => {
    const at = to.get(node.id)
    if (!at) return node
    const position = within(at)
    return position.x === node.position.x && position.y === node.position.y ? node : { ...node, position }
  }) }
}

export function align(architecture: Architecture, { ids, side, size }: Command & { do: 'align' }): Architecture {
  const chosen = architecture.nodes.filter(node => ids.includes(node.id))
  if (chosen.length < 2) return architecture
  const axis = side === 'left' || side === 'centre' || side === 'right' ? 'x' : 'y'
  const values = chosen.map(node => node.position[axis])
  const low = Math.min(...values)
  const high = Math.max(...values)
  const value = side === 'left' || side === 'top' ? low : side === 'right' || side === 'bottom' ? high : (low + high) / 2
  // Nodes are of one size, so that their corners line up as their sides and middles do.
  const step = axis === 'x' ? size.height : size.width
  const other = axis === 'x' ? 'y' : 'x'
  let free = -Infinity
  const places = [...chosen].sort((a, b) => a.position[other] - b.position[other]).map((node): [string, Point] => {
    const along = Math.max(node.position[other], free)
    free = along + step
    return [node.id, axis === 'x' ? { x: value, y: along } : { x: along, y: value }]
  })
  return move(architecture, new Map(places))
}

/** Laid out anew: everything, or some nodes among themselves with their upper left corner where it was. */
export function arrange(architecture: Architecture, ids?: readonly string[]): Architecture {
  if (!ids) return laidOut(architecture)
  const chosen = new Set(ids)
  const part = fragmentOf(architecture, ids)
  if (part.nodes.length < 2) return architecture
  const arranged = laidOut({ version: 1, nodes: [...part.nodes], edges: [...part.edges] }).nodes
  const before = corner(part.nodes)
  const after = corner(arranged)
  return move(architecture, new Map(arranged.filter(node => chosen.has(node.id)).map(({ id, position }) => [id, { x: position.x - after.x + before.x, y: position.y - after.y + before.y }])))
}

export function corner(nodes: readonly LayerNode[]): Point {
  return { x: Math.min(...nodes.map(node => node.position.x)), y: Math.min(...nodes.map(node => node.position.y)) }
}

/** Nodes and the edges between them. */
export function fragmentOf(architecture: Architecture, ids: readonly string[]): Fragment {
  const chosen = new Set(ids)
  return {
    nodes: architecture.nodes.filter(node => chosen.has(node.id)),
    edges: architecture.edges.filter(edge => chosen.has(edge.from.node) && chosen.has(edge.to.node)),
    groups: (architecture.groups ?? []).filter(({ nodes }) => nodes.every(id => chosen.has(id))),
  }
}

/** The ids its nodes get, in their order: their own where they are free, else the next number: sign2 becomes sign3. */
export function pastedIds(architecture: Architecture, fragment: Fragment): string[] {
  const taken = new Set(architecture.nodes.map(node => node.id))
  return fragment.nodes.map(({ id }) => {
    const digits = /\d{1,8}$/.exec(id)?.[0]
    const stem = digits === undefined ? id : id.slice(0, -digits.length)
    let own = id
    // A name as long as a name may be loses letters to its number.
    for (let number = digits === undefined ? 2 : Number(digits) + 1; taken.has(own); number++) own = `${stem.slice(0, 55)}${number}`
    taken.add(own)
    return own
  })
}

export function paste(architecture: Architecture, fragment: Fragment, at: Point): Architecture {
  const ids = pastedIds(architecture, fragment)
  const renamed = new Map(fragment.nodes.map((node, index) => [node.id, ids[index] as string]))
  const origin = corner(fragment.nodes)
  const nodes = fragment.nodes.map((node, index) => ({ ...node, id: ids[index] as string, position: within({ x: node.position.x - origin.x + at.x, y: node.position.y - origin.y + at.y }) }))
  const edges = fragment.edges.flatMap(({ from, to }) => {
    const source = renamed.get(from.node)
    const target = renamed.get(to.node)
    return source === undefined || target === undefined ? [] : [{ from: { ...from, node: source }, to: { ...to, node: target } }]
  })
  const grown = { ...architecture, nodes: [...architecture.nodes, ...nodes], edges: [...architecture.edges, ...edges] }
  const groups = [...(architecture.groups ?? [])]
  for (const { nodes: members, ...group } of fragment.groups) {
    // A fragment comes from outside: its groups may name what it does not have.
    const own = members.flatMap(id => renamed.get(id) ?? []).filter(id => !groups.some(other => other.nodes.includes(id)))
    if (own.length > 0) groups.push({ ...group, id: freshId(new Set(groups.map(({ id }) => id)), group.id), nodes: own })
  }
  return withGroups(grown, groups)
}

export function renameNode(architecture: Architecture, id: string, to: string): Architecture {
  if (id === to) return architecture
  if (architecture.nodes.some(node => node.id === to)) throw new BitwrightError({ what: `another layer is called ${to} already`, where: 'name', remedy: 'choose a name that is free' })
  const other = (name: string): string => (name === id ? to : name)
  const renamed = {
    ...architecture,
    nodes: architecture.nodes.map(node => (node.id === id ? { ...node, id: to } : node)),
    edges: architecture.edges.map(edge => (edge.from.node === id || edge.to.node === id ? { from: { ...edge.from, node: other(edge.from.node) }, to: { ...edge.to, node: other(edge.to.node) } } : edge)),
  }
  const groups = (architecture.groups ?? []).map(group => (group.nodes.includes(id) ? { ...group, nodes: group.nodes.map(other) } : group))
  return withGroups(renamed, groups)
}

export function setAttributes(architecture: Architecture, { ids, set, unset = [] }: Command & { do: 'setAttributes' }): Architecture {
  return { ...architecture, nodes: architecture.nodes.map(node => {
    if (!ids.includes(node.id)) return node
    const kind = layerKinds.get(node.kind)
    const initial = Object.fromEntries(Object.entries(kind?.initial ?? {}).filter(([name]) => unset.includes(name)))
    const kept = Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !unset.includes(name)))
    return { ...node, attributes: { ...kept, ...initial, ...set } }
  }) }
}

export function group(architecture: Architecture, { ids, name }: Command & { do: 'group' }): Architecture {
  const members = architecture.nodes.filter(node => ids.includes(node.id)).map(node => node.id)
  if (members.length === 0) throw new BitwrightError({ what: 'there is nothing to group', remedy: 'select layers first' })
  const others: Group[] = (architecture.groups ?? []).map(other => ({ ...other, nodes: other.nodes.filter(id => !members.includes(id)) }))
  const id = freshId(new Set(others.map(other => other.id)), 'group')
  return withGroups(architecture, [...others, { id, name: name ?? `Group of ${members.length}`, nodes: members, repeat: 1, collapsed: false }])
}

export function setGroup(architecture: Architecture, { group: id, name, repeat, collapsed }: Command & { do: 'setGroup' }): Architecture {
  const groups = (architecture.groups ?? []).map(other => (other.id === id ? { ...other, ...(name !== undefined && { name }), ...(repeat !== undefined && { repeat }), ...(collapsed !== undefined && { collapsed }) } : other))
  return withGroups(architecture, groups)
}

export function ungroup(architecture: Architecture, id: string): Architecture {
  return withGroups(architecture, (architecture.groups ?? []).filter(other => other.id !== id))
}
