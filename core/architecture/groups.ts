import { MAX_NODES, type Architecture, type Edge, type Group, type LayerNode } from './document.ts'
import type { Fix, Problem } from './kind.ts'

/** Where a group's one way in and one way out are: what a repetition joins. */
interface Ends {
  /** Inputs inside that are fed from outside, all by one node. */
  readonly entries: readonly Edge[]
  /** The node inside that feeds what is outside. */
  readonly exit: string
}

/** What a collapsed group stands for, and whether it can be repeated. */
export function endsOf(architecture: Architecture, group: Group): Ends | { readonly reason: string } {
  const members = new Set(group.nodes)
  const entries = architecture.edges.filter(edge => !members.has(edge.from.node) && members.has(edge.to.node))
  const leaving = architecture.edges.filter(edge => members.has(edge.from.node) && !members.has(edge.to.node))
  const sources = new Set(entries.map(edge => edge.from.node))
  const exits = new Set(leaving.map(edge => edge.from.node))
  if (sources.size !== 1) return { reason: sources.size === 0 ? 'nothing feeds it' : `${sources.size} nodes feed it` }
  const [exit] = exits
  if (exits.size !== 1 || exit === undefined) return { reason: exits.size === 0 ? 'it feeds nothing' : `${exits.size} of its nodes feed what follows` }
  return { entries, exit }
}

/** The document with these groups; empty ones go, and without any the field goes too. */
export function withGroups(architecture: Architecture, groups: readonly Group[]): Architecture {
  const { groups: _, ...rest } = architecture
  const kept = groups.filter(group => group.nodes.length > 0)
  return kept.length === 0 ? rest : { ...rest, groups: kept }
}

/** The id of a node's copy in the nth repetition; the first keeps its own. */
export function copyId(id: string, repetition: number): string {
  return repetition === 1 ? id : `${id.slice(0, 58)}.${repetition}`
}

/** The node of the document that a copy repeats; of a node that is no copy, the node itself. */
export function originals(architecture: Architecture): ReadonlyMap<string, string> {
  const known = new Set(architecture.nodes.map(node => node.id))
  const sources = new Map<string, string>()
  for (const group of architecture.groups ?? []) {
    for (const id of group.nodes) {
      for (let repetition = 2; repetition <= group.repeat; repetition++) if (!known.has(copyId(id, repetition))) sources.set(copyId(id, repetition), id)
    }
  }
  return sources
}

/** Problems of copies as problems of the nodes people see: told once, with the fixes that can be applied to those. */
export function problemsOfOriginals(problems: readonly Problem[], architecture: Architecture): readonly Problem[] {
  const sources = originals(architecture)
  if (sources.size === 0) return problems
  const told = new Set(problems.map(({ code, node, field, port }) => [code, node, field, port].join(' ')))
  return problems.flatMap(problem => {
    const node = problem.node === undefined ? undefined : sources.get(problem.node)
    const fixes = problem.fixes.flatMap((fix): Fix[] => {
      if ('set' in fix) return [{ ...fix, node: sources.get(fix.node) ?? fix.node }]
      return namedBy(fix).some(id => sources.has(id)) ? [] : [fix]
    })
    if (node === undefined) return [{ ...problem, fixes }]
    return told.has([problem.code, node, problem.field, problem.port].join(' ')) ? [] : [{ ...problem, node, fixes }]
  })
}

/** Ids of nodes a fix names. */
export function namedBy(fix: Fix): string[] {
  if ('node' in fix) return [fix.node]
  if ('after' in fix) return [fix.after]
  if ('before' in fix) return [fix.before]
  if ('connect' in fix) return [fix.connect.from, fix.connect.to]
  if ('disconnect' in fix) return [fix.disconnect.from.node, fix.disconnect.to.node]
  return []
}

/**
 * The plain graph a document with groups stands for: a group that repeats n times is its nodes n times over, each repetition fed by the
 * one before it. Ids of copies carry the number of their repetition. Groups that cannot be repeated stay as they are; see groupProblems.
 */
export function expandGroups(architecture: Architecture): Architecture {
  const repeated = (architecture.groups ?? []).filter(group => group.repeat > 1)
  return repeated.reduce(expandGroup, architecture)
}

function expandGroup(architecture: Architecture, group: Group): Architecture {
  const ends = endsOf(architecture, group)
  if ('reason' in ends || architecture.nodes.length + (group.repeat - 1) * group.nodes.length > MAX_NODES) return architecture
  const members = new Set(group.nodes)
  const inner = architecture.edges.filter(edge => members.has(edge.from.node) && members.has(edge.to.node))
  const copies = Array.from({ length: group.repeat - 1 }, (_, index) => index + 2)
  const nodes: LayerNode[] = []
  const last = architecture.nodes.findLastIndex(node => members.has(node.id))
  for (const [at, node] of architecture.nodes.entries()) {
    nodes.push(node)
    if (at !== last) continue
    for (const copy of copies) nodes.push(...architecture.nodes.filter(({ id }) => members.has(id)).map(member => ({ ...member, id: copyId(member.id, copy) })))
  }
  const edges = architecture.edges.map(edge => {
    if (edge.from.node !== ends.exit || members.has(edge.to.node)) return edge
    return { ...edge, from: { ...edge.from, node: copyId(ends.exit, group.repeat) } }
  })
  for (const copy of copies) {
    for (const { from, to } of inner) edges.push({ from: { ...from, node: copyId(from.node, copy) }, to: { ...to, node: copyId(to.node, copy) } })
    for (const { to } of ends.entries) edges.push({ from: { node: copyId(ends.exit, copy - 1), port: 'out' }, to: { ...to, node: copyId(to.node, copy) } })
  }
  // What is left is plain, so that expanding twice changes nothing.
  const groups = (architecture.groups ?? []).map(other => (other.id === group.id ? { ...other, repeat: 1 } : other))
  return { ...architecture, nodes, edges, groups }
}

/** Groups that name what is not there, share nodes, or cannot be repeated. */
export function groupProblems(architecture: Architecture): Problem[] {
  const problems: Problem[] = []
  const known = new Set(architecture.nodes.map(node => node.id))
  const taken = new Map<string, string>()
  for (const group of architecture.groups ?? []) {
    const missing = group.nodes.find(id => !known.has(id))
    const shared = group.nodes.find(id => taken.has(id))
    const complaint = missing !== undefined
      ? `names ${missing}, which is not there`
      : shared !== undefined ? `shares ${shared} with the group ${taken.get(shared) ?? ''}` : repetitionComplaint(architecture, group)
    for (const id of group.nodes) taken.set(id, group.name)
    if (complaint === undefined) continue
    const [node] = group.nodes
    const alone: Fix = { label: 'Do not repeat it', group: group.id, repeat: 1 }
    const loose: Fix = { label: 'Ungroup', ungroup: group.id }
    problems.push({
      code: 'badGroup',
      severity: 'error',
      message: `the group ${group.name} ${complaint}`,
      ...(node !== undefined && known.has(node) && { node }),
      fixes: missing === undefined && shared === undefined ? [alone, loose] : [loose],
    })
  }
  return problems
}

function repetitionComplaint(architecture: Architecture, group: Group): string | undefined {
  if (group.repeat === 1) return undefined
  // As many nodes as a document may have: the groups that come after it are counted as they stand.
  const nodes = architecture.nodes.length + (group.repeat - 1) * group.nodes.length
  if (nodes > MAX_NODES) return `repeated ${group.repeat} times makes a network of ${nodes} nodes; at most ${MAX_NODES} are possible`
  const ends = endsOf(architecture, group)
  return 'reason' in ends ? `cannot be repeated ${group.repeat} times, since ${ends.reason}; a repetition needs one way in and one way out` : undefined
}
