import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_NODES, type Architecture } from '../../../core/architecture/document.ts'
import { applyFix } from '../../../core/architecture/fix.ts'
import { inferArchitecture } from '../../../core/architecture/infer.ts'
import type { Problem } from '../../../core/architecture/kind.ts'
import { anyGraph, chain, graph, INPUT, sound } from './graphs.ts'

const identity = ({ code, node, field, port, edge, message }: Problem): string =>
  JSON.stringify([code, node, field, port, edge, code === 'cycle' ? message : undefined])

describe('every fix', () => {
  test('removes the problem it is offered for, and leaves the graph it was given alone', () => {
    let applied = 0
    fc.assert(fc.property(anyGraph, architecture => {
      const before = JSON.stringify(architecture)
      for (const problem of inferArchitecture(architecture).problems) {
        for (const fix of problem.fixes) {
          applied++
          const fixed = applyFix(architecture, fix)
          if (inferArchitecture(fixed).problems.map(identity).includes(identity(problem))) expect.unreachable(`${problem.message}: ${fix.label}`)
        }
      }
      expect(JSON.stringify(architecture)).toBe(before)
    }), { numRuns: 800 })
    expect(applied).toBeGreaterThan(800)
  }, 60_000)

  test('is offered for every error, unless ids are ambiguous', () => {
    fc.assert(fc.property(anyGraph, architecture => {
      const { problems } = inferArchitecture(architecture)
      if (problems.some(problem => problem.code === 'duplicateId')) return
      for (const problem of problems) expect(problem.fixes, problem.message).not.toEqual([])
    }), { numRuns: 500 })
  })

  test('taken one after the other, the first ones always end in a sound network', () => {
    fc.assert(fc.property(anyGraph, architecture => {
      let current = architecture
      for (let round = 0; round < 200; round++) {
        const [problem] = inferArchitecture(current).problems
        if (!problem) return
        const [fix] = problem.fixes
        expect(fix, problem.message).toBeDefined()
        if (fix) current = applyFix(current, fix)
      }
      expect.unreachable(`still ${inferArchitecture(current).problems[0]?.message}`)
    }), { numRuns: 300 })
  }, 60_000)
})

describe('applyFix', () => {
  const edges = (architecture: Architecture): string[] => architecture.edges.map(({ from, to }) => `${from.node} ${to.node}`)

  test('inserts behind a node, in front of all it feeds', () => {
    const fixed = applyFix(graph([INPUT, ['a', 'flatten'], ['b', 'flatten']], ['input a', 'input b']), { label: '', after: 'input', insert: 'dropout', with: { rate: 0.2 } })
    expect(fixed.nodes.at(-1)).toMatchObject({ id: 'dropout', kind: 'dropout', attributes: { rate: 0.2 } })
    expect(edges(fixed)).toEqual(['dropout a', 'dropout b', 'input dropout'])
  })

  test('inserts on the one edge into a port', () => {
    const fixed = applyFix(graph([INPUT, ['a', 'dense', { units: 2 }], ['b', 'flatten']], ['input a', 'input b']), { label: '', before: 'a', insert: 'flatten' })
    expect(edges(fixed)).toEqual(['input flatten', 'input b', 'flatten a'])
  })

  test('attaches a head behind a node and leaves its other edges', () => {
    const fixed = applyFix(chain(INPUT, ['flatten', 'flatten']), { label: '', after: 'flatten', insert: 'head' })
    expect(edges(fixed)).toEqual(['input flatten', 'flatten head'])
  })

  test('joins the edges of a node that is removed', () => {
    const fixed = applyFix(sound(), { label: '', node: 'drop1', remove: true })
    expect(edges(fixed)).toContain('sign1 dense2')
    expect(fixed.nodes.map(node => node.id)).not.toContain('drop1')
  })

  test('gives new nodes free ids, within the length an id may have', () => {
    const long = `d${'x'.repeat(63)}`
    const renamed = applyFix(graph([[long, 'flatten'], [long, 'flatten'], [long, 'flatten']], []), { label: '', rename: long })
    expect(new Set(renamed.nodes.map(node => node.id)).size).toBe(3)
    const added = applyFix(applyFix(sound(), { label: '', add: 'head' }), { label: '', add: 'head' })
    expect(added.nodes.slice(-2).map(node => node.id)).toEqual(['head2', 'head3'])
  })

  test('refuses a fix that no longer fits, and a document over its limits', () => {
    expect(() => applyFix(sound(), { label: '', node: 'gone', remove: true })).toThrow('there is no node gone; the graph has changed')
    expect(() => applyFix(sound(), { label: '', connect: { from: 'gone', to: 'head', port: 'in' } })).toThrow('there is no node gone')
    expect(() => applyFix(sound(), { label: '', after: 'head', insert: 'hed' })).toThrow('did you mean head?')
    const full: Architecture = { version: 1, edges: [], nodes: Array.from({ length: MAX_NODES }, (_, at) => ({ id: `n${at}`, kind: 'flatten', attributes: {}, position: { x: 0, y: 0 } })) }
    expect(() => applyFix(full, { label: 'Add an input', add: 'input' })).toThrow('Add an input')
  })

  test('keeps positions inside the document', () => {
    const corner = sound()
    const head = corner.nodes.at(-1)
    if (head) head.position = { x: 1e6, y: -1e6 }
    expect(applyFix(corner, { label: '', before: 'head', insert: 'batchNorm' }).nodes.at(-1)?.position).toEqual({ x: 1e6, y: -1e6 })
  })
})
