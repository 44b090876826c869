import { describe, expect, it } from 'vitest'
import type { Architecture, Group } from '../../../core/architecture/document.ts'
import { ArchitectureSchema } from '../../../core/architecture/document.ts'
import { applyFix } from '../../../core/architecture/fix.ts'
import { expandGroups } from '../../../core/architecture/groups.ts'
import { hasErrors, inferArchitecture, totalsOf } from '../../../core/architecture/index.ts'
import { chain, INPUT, sound } from './graphs.ts'

const withGroup = (architecture: Architecture, group: Partial<Group>): Architecture => ArchitectureSchema.parse({
  ...architecture, groups: [{ id: 'group', name: 'block', nodes: ['dense2', 'norm2', 'sign2'], ...group }],
})
/** As sound() is, but the block in question keeps the width. */
const block = (repeat: number): Architecture => withGroup(chain(
  INPUT, ['flatten', 'flatten'], ['dense1', 'dense', { units: 6 }], ['norm1', 'batchNorm'], ['sign1', 'sign'],
  ['dense2', 'dense', { units: 6 }], ['norm2', 'batchNorm'], ['sign2', 'sign'], ['dense3', 'dense', { units: 3 }], ['norm3', 'batchNorm'], ['head', 'head'],
), { repeat })

describe('a group', () => {
  it('that repeats is its nodes in a row, each repetition fed by the one before', () => {
    const { nodes, edges } = expandGroups(block(3))
    expect(nodes.map(node => node.id)).toEqual([
      'input', 'flatten', 'dense1', 'norm1', 'sign1', 'dense2', 'norm2', 'sign2', 'dense2.2', 'norm2.2', 'sign2.2', 'dense2.3', 'norm2.3', 'sign2.3', 'dense3', 'norm3', 'head',
    ])
    const feeds = new Map(edges.map(edge => [edge.to.node, edge.from.node]))
    expect(['dense2', 'dense2.2', 'dense2.3', 'dense3'].map(id => feeds.get(id))).toEqual(['sign1', 'sign2', 'sign2.2', 'sign2.3'])
    expect(edges).toHaveLength(nodes.length - 1)
  })

  it('counts as often as it repeats, and as the same network drawn out', () => {
    const once = totalsOf(inferArchitecture(block(1)))
    const thrice = inferArchitecture(block(3))
    expect(thrice.problems).toEqual([])
    expect(totalsOf(thrice).binaryParameters).toBe(once.binaryParameters + 2 * 36)
    expect(totalsOf(thrice)).toEqual(totalsOf(inferArchitecture(expandGroups(block(3)))))
  })

  it('expands to a plain graph once: expanding again changes nothing', () => {
    const plain = expandGroups(block(4))
    expect(expandGroups(plain)).toEqual(plain)
  })

  it.each([
    ['has two ways in', ['dense1', 'sign2'], 2, /2 nodes feed it|of its nodes feed/],
    ['has no way in', ['input', 'flatten'], 2, /nothing feeds it/],
    ['has no way out', ['norm3', 'head'], 2, /it feeds nothing/],
    ['names a node that is gone', ['dense2', 'gone'], 1, /names gone, which is not there/],
  ] as const)('that %s is a problem whose fixes mend it', (_, nodes, repeat, message) => {
    const architecture = withGroup(sound(), { nodes: [...nodes], repeat })
    const { problems } = inferArchitecture(architecture)
    const problem = problems.find(({ code }) => code === 'badGroup')
    expect(problem?.message).toMatch(message)
    expect(problem?.fixes.length).toBeGreaterThan(0)
    for (const fix of problem?.fixes ?? []) expect(hasErrors(inferArchitecture(applyFix(architecture, fix)))).toBe(false)
  })

  it('that would make too many nodes is refused without making them', () => {
    const long = block(256)
    const nodes = [...long.nodes, ...Array.from({ length: 4000 }, (_, at) => ({ id: `spare${at}`, kind: 'sign', attributes: {}, position: { x: 0, y: 0 } }))]
    const architecture = ArchitectureSchema.parse({ ...long, nodes })
    expect(expandGroups(architecture).nodes).toHaveLength(nodes.length)
    expect(inferArchitecture(architecture).problems.map(({ code }) => code)).toContain('badGroup')
  })

  it('tells a problem of its repetitions once, at the node that people see', () => {
    // The second repetition takes 6 values where the first took 8: both are sound, and neither is told twice.
    const widths = withGroup(sound(), { repeat: 3 })
    expect(hasErrors(inferArchitecture(widths))).toBe(false)
    const broken = ArchitectureSchema.parse({ ...widths, nodes: widths.nodes.map(node => (node.id === 'dense2' ? { ...node, attributes: { units: 0 } } : node)) })
    const { problems } = inferArchitecture(broken)
    expect(problems.filter(({ code }) => code === 'invalidAttribute').map(({ node }) => node)).toEqual(['dense2'])
  })

  it('of two that share a node, the second is told', () => {
    const { groups = [], ...plain } = withGroup(sound(), {})
    const twice = ArchitectureSchema.parse({ ...plain, groups: [...groups, { id: 'other', name: 'other', nodes: ['sign2'] }] })
    expect(inferArchitecture(twice).problems.map(({ message }) => message)).toContain('the group other shares sign2 with the group block')
  })
})
