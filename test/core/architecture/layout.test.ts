import { describe, expect, test } from 'vitest'
import type { Architecture } from '../../../core/architecture/document.ts'
import { laidOut } from '../../../core/architecture/layout.ts'

function graph(nodes: readonly (readonly [id: string, kind: string])[], edges: readonly (readonly [from: string, to: string, port?: string])[]): Architecture {
  return {
    version: 1,
    nodes: nodes.map(([id, kind]) => ({ id, kind, attributes: {}, position: { x: 7, y: 7 } })),
    edges: edges.map(([from, to, port = 'in']) => ({ from: { node: from, port: 'out' }, to: { node: to, port } })),
  }
}

const places = (architecture: Architecture): Record<string, [number, number]> => Object.fromEntries(laidOut(architecture).nodes.map(({ id, position: { x, y } }) => [id, [x, y]]))

describe('layout', () => {
  test('a chain: every layer with weights begins a column, what follows stands under it', () => {
    const chain = graph(
      [['i', 'input'], ['f', 'flatten'], ['d', 'dense'], ['n', 'batchNorm'], ['s', 'sign'], ['e', 'dense'], ['h', 'head']],
      [['i', 'f'], ['f', 'd'], ['d', 'n'], ['n', 's'], ['s', 'e'], ['e', 'h']],
    )
    expect(places(chain)).toEqual({ i: [0, 0], f: [0, 84], d: [0, 168], n: [0, 252], s: [0, 336], e: [250, 0], h: [250, 84] })
  })

  test('branches stand under each other without touching, and meet behind the longest', () => {
    const at = places(graph(
      [['i', 'input'], ['a', 'conv2d'], ['b', 'conv2d'], ['bs', 'sign'], ['c', 'conv2d'], ['j', 'concat']],
      [['i', 'a'], ['i', 'b'], ['b', 'bs'], ['bs', 'c'], ['a', 'j', 'in1'], ['c', 'j', 'in2']],
    ))
    expect([at['i'], at['a'], at['b'], at['bs'], at['c'], at['j']].map(place => place?.[0])).toEqual([0, 250, 250, 250, 500, 750])
    expect((at['b']?.[1] ?? 0) - (at['a']?.[1] ?? 0)).toBe(126)
    expect(at['bs']?.[1]).toBe((at['b']?.[1] ?? 0) + 84)
    expect(Math.min(...Object.values(at).map(([, y]) => y))).toBeGreaterThanOrEqual(0)
  })

  test('a loop, edges from nowhere and unknown kinds are placed all the same, nothing on top of another', () => {
    const at = places(graph(
      [['i', 'input'], ['x', 'no such kind'], ['a', 'dense'], ['b', 'dense'], ['alone', 'head']],
      [['i', 'x'], ['a', 'b'], ['b', 'a'], ['ghost', 'alone']],
    ))
    expect(new Set(Object.values(at).map(place => place.join())).size).toBe(5)
  })

  test('leaves ids, attributes and edges as they are', () => {
    const given = graph([['i', 'input'], ['h', 'head']], [['i', 'h']])
    const { nodes, edges } = laidOut(given)
    expect(edges).toEqual(given.edges)
    expect(nodes.map(({ position: _, ...rest }) => rest)).toEqual(given.nodes.map(({ position: _, ...rest }) => rest))
  })
})
