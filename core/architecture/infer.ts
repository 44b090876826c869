import { advise } from './advice.ts'
import { findGaps } from './completeness.ts'
import type { Architecture, Attributes } from './document.ts'
import { expandGroups, groupProblems, namedBy, problemsOfOriginals } from './groups.ts'
import type { Cost, Problem } from './kind.ts'
import { layerKinds, type LayerKinds } from './kinds/index.ts'
import type { Signal } from './signal.ts'
import { readStructure, type Place, type Structure } from './structure.ts'

export interface InferredNode {
  readonly id: string
  readonly kind: string
  /** With defaults filled in; as written, if a problem says that they are wrong. */
  readonly attributes: Attributes
  /** What arrives, in the order of the kind's ports; empty while anything about the node is unknown. */
  readonly inputs: readonly Signal[]
  /** The nodes it comes from, in the same order; empty while any port is open. */
  readonly sources: readonly string[]
  /** What leaves; absent for a kind without output, and while it cannot be known. */
  readonly signal?: Signal
  /** Absent while it cannot be known. */
  readonly cost?: Cost
}

export interface Inference {
  /**
   * Ids in topological order: Kahn's algorithm, of the ready nodes always the first in the document. A node's place
   * in it is the ordinal by which its random numbers are drawn. Nodes on or behind a loop are left out.
   */
  readonly order: readonly string[]
  /** In the order of the document. */
  readonly nodes: ReadonlyMap<string, InferredNode>
  /** Errors first. A network without errors can be trained. */
  readonly problems: readonly Problem[]
}

/**
 * Shapes, flows, costs and problems of a graph. Never throws on a document that its schema accepts. Pure, and fast
 * enough to run on every edit. Groups count as often as they repeat; copies have ids of their own. One mistake is reported once: what follows from an unknown signal is not.
 */
export function inferArchitecture(architecture: Architecture, kinds: LayerKinds = layerKinds): Inference {
  const structure = readStructure(expandGroups(architecture), kinds)
  const problems: Problem[] = [...groupProblems(architecture), ...structure.problems]
  const signals: (Signal | undefined)[] = structure.nodes.map(() => undefined)
  const results: (Result | undefined)[] = structure.nodes.map(() => undefined)
  for (const at of structure.order) {
    const place = structure.nodes[at] as Place
    const inputs = inputsOf(place, signals)
    if (!place.kind || !place.attributes || !inputs) continue
    const result = place.kind.infer(inputs, place.attributes, place.node.id)
    if (result.problems) problems.push(...result.problems)
    if (!('cost' in result)) continue
    signals[at] = result.output
    results[at] = { inputs, cost: result.cost, ...(result.output && { signal: result.output }) }
  }
  problems.push(...findGaps(structure), ...advise(structure, signals))
  return {
    order: structure.order.map(at => (structure.nodes[at] as Place).node.id),
    nodes: new Map(structure.nodes.map((place, at) => [place.node.id, inferredNode(place, structure, results[at])])),
    problems: rank(withoutAmbiguousFixes(problemsOfOriginals(problems, architecture))),
  }
}

/** Whether a network can be trained. */
export function hasErrors(inference: Inference): boolean {
  return inference.problems.some(problem => problem.severity === 'error')
}

type Result = Pick<InferredNode, 'inputs' | 'signal' | 'cost'>

function inferredNode(place: Place, { nodes }: Structure, result: Result = { inputs: [] }): InferredNode {
  const sources = place.producers.map(producer => (producer === undefined ? undefined : nodes[producer]?.node.id))
  return {
    id: place.node.id,
    kind: place.node.kind,
    attributes: place.attributes ?? place.node.attributes,
    sources: sources.every(source => source !== undefined) ? sources : [],
    ...result,
  }
}

function inputsOf(place: Place, signals: readonly (Signal | undefined)[]): Signal[] | undefined {
  const inputs: Signal[] = []
  for (const producer of place.producers) {
    const signal = producer === undefined ? undefined : signals[producer]
    if (!signal) return undefined
    inputs.push(signal)
  }
  return inputs
}

/** Fixes name nodes by id: of nodes that share one, the only fix is to rename them. */
function withoutAmbiguousFixes(problems: readonly Problem[]): readonly Problem[] {
  const ambiguous = new Set(problems.filter(problem => problem.code === 'duplicateId').map(problem => problem.node))
  if (ambiguous.size === 0) return problems
  return problems.map(problem => ({ ...problem, fixes: problem.fixes.filter(fix => 'rename' in fix || !namedBy(fix).some(id => ambiguous.has(id))) }))
}

function rank(problems: readonly Problem[]): Problem[] {
  return [...problems.filter(problem => problem.severity === 'error'), ...problems.filter(problem => problem.severity !== 'error')]
}
