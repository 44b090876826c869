/** Graphs for the tests of this folder, drawn by hand and at random. */
import * as fc from 'fast-check'
import { ArchitectureSchema, type Architecture, type Attributes } from '../../../core/architecture/document.ts'
import type { Problem } from '../../../core/architecture/kind.ts'
import { layerKinds } from '../../../core/architecture/kinds/index.ts'
import { ProjectSchema, type Project } from '../../../core/architecture/project.ts'

export type Step = readonly [id: string, kind: string, attributes?: Attributes]

/** `a b.in`, or `a b` for the port `in`. */
export function graph(steps: readonly Step[], edges: readonly string[]): Architecture {
  return ArchitectureSchema.parse({
    version: 1,
    nodes: steps.map(([id, kind, attributes = {}]) => ({ id, kind, attributes })),
    edges: edges.map(edge => {
      const [from = '', to = ''] = edge.split(' ')
      const [fromNode, fromPort = 'out'] = from.split(':')
      const [toNode, toPort = 'in'] = to.split(':')
      return { from: { node: fromNode, port: fromPort }, to: { node: toNode, port: toPort } }
    }),
  })
}

export function chain(...steps: readonly Step[]): Architecture {
  return graph(steps, steps.slice(1).map(([id], at) => `${steps[at]?.[0]} ${id}`))
}

export const INPUT: Step = ['input', 'input', { height: 4, width: 3, channels: 2 }]

/** A network without problems: 24 values, two hidden layers of 8 and 6, 3 classes. */
export const sound = (): Architecture => chain(
  INPUT, ['flatten', 'flatten'],
  ['dense1', 'dense', { units: 8 }], ['norm1', 'batchNorm'], ['sign1', 'sign'],
  ['drop1', 'dropout'],
  ['dense2', 'dense', { units: 6 }], ['norm2', 'batchNorm'], ['sign2', 'sign'],
  ['dense3', 'dense', { units: 3 }], ['norm3', 'batchNorm'], ['head', 'head'],
)

export function projectOf(architecture: Architecture): Project {
  return ProjectSchema.parse({
    version: 1, name: 'test', dataset: 'none', architecture,
    recipe: {
      version: 1, epochs: 10, batchSize: 8, optimizer: { kind: 'adam' }, layerScale: { mode: 'off' }, validation: 0,
      learningRate: { start: 0.1, schedule: { kind: 'halve', every: 5 } },
    },
  })
}

export const codes = (problems: readonly Problem[]): string[] => problems.map(problem => problem.code)

const KINDS = [...layerKinds.keys()]

const value = fc.oneof(
  fc.integer({ min: -3, max: 40 }), fc.double({ min: -2, max: 2, noNaN: true }), fc.boolean(),
  fc.constantFrom('binary', 'real', 'reel', 'shift', 'vanila', 'stochastic', 'strict', 'zero', 'relu', 'crossEntropy', '12', '', 'no', 1e12),
)
const names = [...new Set([...layerKinds.values()].flatMap(kind => Object.keys(kind.fields)))]
const attributeName = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...names) }, { weight: 1, arbitrary: fc.constantFrom('unit', 'constructor', 'toString', 'x') })

/** Attributes that fit a kind, apart from a few. */
const attributesFor = (kind: string): fc.Arbitrary<Attributes> => fc.oneof(
  { weight: 4, arbitrary: fc.constant(layerKinds.get(kind)?.initial ?? {}) },
  { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.boolean()).map(([size, flag]): Attributes => {
    if (kind === 'input') return { height: size, width: 3, channels: flag ? 3 : 1 }
    if (kind === 'conv2d') return { filters: size, kernel: 1 + (size % 7), stride: flag ? 2 : 1, ...(size > 20 && { padding: size % 3 }) }
    if (kind === 'maxPool' || kind === 'avgPool') return { size: 1 + (size % 4), padding: size % 3, stride: flag ? 2 : 1 }
    if (kind === 'dense') return { units: size, bias: flag, weights: size > 30 ? 'real' : 'binary' }
    return {}
  }) },
  { weight: 1, arbitrary: fc.dictionary(attributeName, value, { maxKeys: 4 }) },
)

const someKind = fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...KINDS) }, { weight: 1, arbitrary: fc.constantFrom('dens', 'Batchnorm', 'wobble', 'constructor', '__proto__', '') })

const node = (id: fc.Arbitrary<string>): fc.Arbitrary<Step> =>
  fc.tuple(id, someKind).chain(([name, kind]) => attributesFor(kind).map((attributes): Step => [name, kind, attributes]))

const POOL = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
const end = fc.constantFrom(...POOL, 'nobody')
const port = (usual: string): fc.Arbitrary<string> => fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom('in', 'out', 'left', 'a', 'b', 'in1', 'in2') })
const edge = fc.tuple(end, port('out'), end, port('in')).map(([from, fromPort, to, toPort]) => `${from}:${fromPort} ${to}:${toPort}`)

/** Any mess that the schema accepts: repeated ids, unknown kinds, edges anywhere, loops. */
const mess = fc.tuple(fc.array(node(fc.constantFrom(...POOL)), { maxLength: 10 }), fc.array(edge, { maxLength: 14 })).map(([steps, edges]) => graph(steps, edges))

/** Mostly chains from an input, with a few nodes, links and extra edges gone wrong. */
const nearlyChain = fc.tuple(fc.array(node(fc.constant('')), { minLength: 1, maxLength: 9 }), fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 9, maxLength: 9 }), fc.array(edge, { maxLength: 2 }))
  .map(([middle, dice, extra]) => {
    const steps: Step[] = [['input', 'input', { height: 4, width: 4, channels: 1 }], ...middle.map(([, ...rest], at): Step => [POOL[at % POOL.length] ?? 'a', ...rest]), ['head', 'head']]
    const links = steps.slice(1).flatMap(([id], at) => (dice[at] === 0 ? [] : [`${steps[at]?.[0]} ${id}`]))
    return graph(steps, [...links, ...extra])
  })

/** A chain that forks behind its first layers and meets again, with a head behind. */
const forked = fc.tuple(
  fc.array(node(fc.constant('')), { maxLength: 3 }), fc.array(node(fc.constant('')), { maxLength: 3 }), fc.array(node(fc.constant('')), { maxLength: 3 }),
  fc.constantFrom('add', 'concat'), fc.array(edge, { maxLength: 1 }),
).map(([before, left, right, join, extra]) => {
  const named = (steps: readonly Step[], letter: string): Step[] => steps.map(([, ...rest], at): Step => [`${letter}${at}`, ...rest])
  const trunk: Step[] = [['input', 'input', { height: 4, width: 4, channels: 2 }], ...named(before, 'a')]
  const [one, two] = [named(left, 'b'), named(right, 'c')]
  const ports = join === 'add' ? ['a', 'b'] : ['in1', 'in2']
  const links = (steps: readonly Step[]): string[] => steps.slice(1).map(([id], at) => `${steps[at]?.[0]} ${id}`)
  const start = trunk.at(-1) as Step
  const meet = (steps: readonly Step[], port: string): string => `${(steps.at(-1) ?? start)[0]} join:${port}`
  return graph(
    [...trunk, ...one, ...two, ['join', join], ['flat', 'flatten'], ['head', 'head']],
    [...links(trunk), ...links([start, ...one]), ...links([start, ...two]), meet(one, ports[0] ?? ''), meet(two, ports[1] ?? ''), 'join flat', 'flat head', ...extra],
  )
})

export const anyGraph: fc.Arbitrary<Architecture> = fc.oneof({ weight: 3, arbitrary: mess }, { weight: 3, arbitrary: nearlyChain }, { weight: 2, arbitrary: forked })
