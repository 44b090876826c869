import type { Fix, Problem } from './kind.ts'
import type { Place, Structure } from './structure.ts'

/** What a graph lacks to be a network: inputs that nothing feeds, outputs that nothing uses, a picture, a loss. */
export function findGaps(structure: Structure): Problem[] {
  const { nodes } = structure
  const inputs = nodes.filter(place => place.kind?.family === 'input')
  const heads = nodes.filter(place => place.kind?.family === 'output')
  const unknown = nodes.some(place => !place.kind)
  const problems: Problem[] = []
  if (inputs.length === 0 && !unknown) problems.push(noInput(nodes))
  for (const extra of inputs.slice(1)) {
    problems.push({
      code: 'severalInputs',
      severity: 'error',
      message: `${extra.node.id} is a second input; a network reads one picture, and branches may all start at ${inputs[0]?.node.id}`,
      node: extra.node.id,
      fixes: [{ label: `Remove ${extra.node.id}`, node: extra.node.id, remove: true }],
    })
  }
  if (heads.length === 0 && !unknown) problems.push(noHead(nodes))
  nodes.forEach((place, at) => {
    for (const port of openPorts(place)) problems.push(unconnected(structure, at, port))
    // Without any head, one problem says so already.
    if (heads.length > 0 && place.kind?.hasOutput && place.consumers.length === 0) problems.push(leadsNowhere(structure, at))
  })
  return problems
}

function openPorts(place: Place): string[] {
  return place.ports.filter((_, port) => place.producers[port] === undefined)
}

function noInput(nodes: readonly Place[]): Problem {
  const root = nodes.find(place => openPorts(place).length > 0)
  return {
    code: 'noInput',
    severity: 'error',
    message: 'the network has no input: it needs a picture to read',
    fixes: [root ? { label: `Add an input in front of ${root.node.id}`, before: root.node.id, port: openPorts(root)[0] as string, insert: 'input' } : { label: 'Add an input', add: 'input' }],
  }
}

function noHead(nodes: readonly Place[]): Problem {
  const end = nodes.findLast(place => place.kind?.hasOutput && place.consumers.length === 0)
  const losses = [['squared hinge', 'squaredHinge'], ['cross-entropy', 'crossEntropy']] as const
  return {
    code: 'noHead',
    severity: 'error',
    message: `${end ? `${end.node.id} has no head behind it` : 'the network has no head'}: it needs a loss to train`,
    ...(end && { node: end.node.id }),
    fixes: losses.map(([name, loss]): Fix => (end
      ? { label: `Add ${name}`, after: end.node.id, insert: 'head', with: { loss } }
      : { label: `Add ${name}`, add: 'head', with: { loss } })),
  }
}

function unconnected(structure: Structure, at: number, port: string): Problem {
  const { nodes } = structure
  const { node, ports } = nodes[at] as Place
  const behind = reachable(nodes, at)
  const usable = (other: Place, index: number): boolean => other.kind?.hasOutput === true && other.consumers.length === 0 && !behind.has(index)
  // Of the outputs that nothing uses, the closest before this node in the document, then the first behind it.
  let from = at - 1
  while (from >= 0 && !usable(nodes[from] as Place, from)) from--
  if (from < 0) from = nodes.findIndex(usable)
  const source = nodes[from]?.node.id
  return {
    code: 'unconnectedInput',
    severity: 'error',
    message: `nothing feeds ${ports.length === 1 ? node.id : `${node.id}.${port}`}`,
    node: node.id,
    port,
    fixes: [
      ...(source === undefined ? [] : [{ label: `Connect ${source}`, connect: { from: source, to: node.id, port } }]),
      { label: `Remove ${node.id}`, node: node.id, remove: true },
    ],
  }
}

function leadsNowhere(structure: Structure, at: number): Problem {
  const { nodes } = structure
  const { node } = nodes[at] as Place
  const head = nodes.find(place => place.kind?.family === 'output' && openPorts(place).length > 0)
  return {
    code: 'leadsNowhere',
    severity: 'error',
    message: `nothing uses the output of ${node.id}: no way leads from it to a head`,
    node: node.id,
    fixes: [
      ...(head ? [{ label: `Connect it to ${head.node.id}`, connect: { from: node.id, to: head.node.id, port: openPorts(head)[0] as string } }] : []),
      { label: `Remove ${node.id}`, node: node.id, remove: true },
    ],
  }
}

/** The node itself and everything its output leads to. */
function reachable(nodes: readonly Place[], from: number): Set<number> {
  const seen = new Set([from])
  // A Set yields what is added to it while it is walked.
  for (const at of seen) for (const consumer of nodes[at]?.consumers ?? []) seen.add(consumer)
  return seen
}
