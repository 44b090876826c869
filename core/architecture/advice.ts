import type { InferredNode } from './infer.ts'
import { channels, elements, type Signal } from './signal.ts'
import type { Problem } from './kind.ts'
import type { Place, Structure } from './structure.ts'

/** What can be computed but is seldom meant, seen from a layer and what stands in front of it. */
export function advise(structure: Structure, signals: readonly (Signal | undefined)[]): Problem[] {
  const problems: Problem[] = []
  for (const at of structure.order) {
    const place = structure.nodes[at] as Place
    const rule = RULES.get(place.kind?.kind ?? '')
    const problem = rule?.(place, structure, signals)
    if (problem) problems.push(problem)
  }
  return problems
}

/** What a recipe's batches of one image mean to batch norm of one place: the value is its own mean, so beta is all that is left. */
export function adviseBatch(nodes: ReadonlyMap<string, InferredNode>, batchSize: number): Problem[] {
  if (batchSize > 1) return []
  const [first, ...others] = [...nodes.values()].filter(({ kind, signal }) => kind === 'batchNorm' && signal && elements(signal.shape) === channels(signal.shape))
  if (!first) return []
  const and = others.length === 0 ? '' : ` (and ${others.length} more)`
  return [{
    code: 'batchOfOne',
    severity: 'warning',
    message: `in batches of one image ${first.id}${and} gives beta whatever comes, since its one value a channel is its own mean; nothing in front of it learns. Take a batch size of 2 or more`,
    node: first.id,
    fixes: [],
  }]
}

type Rule = (place: Place, structure: Structure, signals: readonly (Signal | undefined)[]) => Problem | undefined

function producerOf(place: Place, { nodes }: Structure): Place | undefined {
  const producer = place.producers[0]
  return producer === undefined ? undefined : nodes[producer]
}

/** The nearest producer that is not one of these kinds. */
function beyond(place: Place, structure: Structure, ...kinds: string[]): Place | undefined {
  let at = producerOf(place, structure)
  while (at?.kind && kinds.includes(at.kind.kind)) at = producerOf(at, structure)
  return at
}

function flowInto(place: Place, signals: readonly (Signal | undefined)[]): Signal['flow'] | undefined {
  const producer = place.producers[0]
  return producer === undefined ? undefined : signals[producer]?.flow
}

const head: Rule = (place, _structure, signals) => {
  if (flowInto(place, signals) !== 'integers') return undefined
  const { id } = place.node
  return {
    code: 'headWithoutBatchNorm',
    severity: 'warning',
    message: `${id} takes sums of ±1 products as class scores, which grow with the number of inputs; both reference networks normalise them first`,
    node: id,
    fixes: [{ label: 'Insert batch normalisation', before: id, insert: 'batchNorm' }],
  }
}

const sign: Rule = (place, _structure, signals) => {
  if (flowInto(place, signals) !== 'integers') return undefined
  const { id } = place.node
  return {
    code: 'signWithoutBatchNorm',
    severity: 'warning',
    message: `${id} takes sums of ±1 products as they are: hardly any lie within ±1, so next to no gradient passes its mask`,
    node: id,
    fixes: [{ label: 'Insert batch normalisation', before: id, insert: 'batchNorm' }],
  }
}

/** Two maps without anything non-linear between them could be one. */
const weights: Rule = (place, structure) => {
  const { id } = place.node
  const before = beyond(place, structure, 'batchNorm', 'dropout', 'flatten', 'avgPool', 'globalAvgPool')
  if (before?.kind?.family === 'weights') {
    return {
      code: 'nothingNonLinear',
      severity: 'warning',
      message: `nothing non-linear stands between ${before.node.id} and ${id}, and ${id} works on real numbers rather than bits`,
      node: id,
      fixes: [{ label: 'Insert a sign', before: id, insert: 'sign' }],
    }
  }
  if (place.attributes?.['bias'] === true && onlyNormalised(place, structure)) {
    return {
      code: 'biasBeforeBatchNorm',
      severity: 'warning',
      message: `the bias of ${id} has no effect, since batch normalisation subtracts it with the mean; without it the sums stay integers`,
      node: id,
      field: 'bias',
      fixes: [{ label: 'Leave out the bias', node: id, set: { bias: false } }],
    }
  }
  return undefined
}

/** Whether every way on leads to batch normalisation, pools aside: a bias comes out of a maximum or a mean as it went in. */
function onlyNormalised({ consumers }: Place, structure: Structure): boolean {
  return consumers.length > 0 && consumers.every(at => {
    const consumer = structure.nodes[at]
    return consumer?.kind?.kind === 'batchNorm' || (consumer?.kind?.family === 'pool' && onlyNormalised(consumer, structure))
  })
}

const dropout: Rule = (place, structure) => {
  const { id } = place.node
  const before = beyond(place, structure, 'flatten')
  if (before?.kind?.kind !== 'dropout') return undefined
  return {
    code: 'dropoutTwice',
    severity: 'warning',
    message: `${id} follows the dropout ${before.node.id} with nothing computed in between; one dropout with a higher rate does the same`,
    node: id,
    fixes: [{ label: `Remove ${id}`, node: id, remove: true }],
  }
}

const RULES: ReadonlyMap<string, Rule> = new Map([['head', head], ['sign', sign], ['dense', weights], ['conv2d', weights], ['dropout', dropout]])
