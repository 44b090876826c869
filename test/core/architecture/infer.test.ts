import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Architecture } from '../../../core/architecture/document.ts'
import { applyFix } from '../../../core/architecture/fix.ts'
import { hasErrors, inferArchitecture } from '../../../core/architecture/infer.ts'
import { NO_COST, type Problem } from '../../../core/architecture/kind.ts'
import { inferProject, presetNamed } from '../../../core/architecture/index.ts'
import { anyGraph, chain, codes, graph, INPUT, sound, type Step } from './graphs.ts'

/** The one problem of that code. */
function only(architecture: Architecture, code: Problem['code']): Problem {
  const found = inferArchitecture(architecture).problems.filter(problem => problem.code === code)
  expect(codes(found)).toEqual([code])
  return found[0] as Problem
}

const labels = (problem: Problem): string[] => problem.fixes.map(fix => fix.label)

describe('a sound network', () => {
  const inference = inferArchitecture(sound())

  test('has no problems, and every signal', () => {
    expect(inference.problems).toEqual([])
    expect(hasErrors(inference)).toBe(false)
    expect([...inference.nodes.values()].map(({ id, signal }) => [id, signal && `${signal.flow} ${signal.shape.join('x')}`])).toEqual([
      ['input', 'pixels 4x3x2'], ['flatten', 'pixels 24'],
      ['dense1', 'integers 8'], ['norm1', 'reals 8'], ['sign1', 'bits 8'], ['drop1', 'ternary 8'],
      ['dense2', 'integers 6'], ['norm2', 'reals 6'], ['sign2', 'bits 6'],
      ['dense3', 'integers 3'], ['norm3', 'reals 3'], ['head', undefined],
    ])
  })

  test('gives every node its inputs, sources, cost, and attributes with defaults', () => {
    const dense = inference.nodes.get('dense2')
    expect(dense).toMatchObject({ kind: 'dense', attributes: { units: 6, weights: 'binary', bias: false }, sources: ['drop1'], inputs: [{ shape: [8], flow: 'ternary' }] })
    expect(dense?.cost).toEqual({ ...NO_COST, binaryParameters: 48, packedBytes: 6, binaryMacs: 48, xnorWords: 6 })
  })
})

describe('order', () => {
  test('takes of the ready nodes the first in the document', () => {
    const forked = graph(
      [['head', 'head'], ['late', 'flatten'], ['b', 'flatten'], ['a', 'flatten'], INPUT, ['early', 'flatten']],
      ['input a', 'input b', 'a late', 'b head', 'late early'],
    )
    expect(inferArchitecture(forked).order).toEqual(['input', 'b', 'head', 'a', 'late', 'early'])
  })

  test('is topological and agrees with the definition on any graph', () => {
    fc.assert(fc.property(anyGraph, architecture => {
      const { order, nodes } = inferArchitecture(architecture)
      const ids = [...nodes.keys()]
      const place = new Map(order.map((id, at) => [id, at]))
      for (const [at, id] of order.entries()) {
        for (const source of nodes.get(id)?.sources ?? []) expect(place.get(source)).toBeLessThan(at)
        // No node that stands before this one in the document was ready at this point and left waiting.
        const waiting = ids.slice(0, ids.indexOf(id)).filter(other => (place.get(other) ?? Infinity) > at)
        for (const other of waiting) {
          const after = new Set(order.slice(at))
          const node = nodes.get(other)
          const blocked = !place.has(other) || (node?.sources.some(source => after.has(source)) ?? false) || (node?.sources.length === 0 && node.kind !== 'input')
          expect(blocked, `${id} before ${other}`).toBe(true)
        }
      }
    }), { numRuns: 300 })
  }, 60_000)
})

describe('totality', () => {
  test('never throws, names every node once, and puts errors first', () => {
    fc.assert(fc.property(anyGraph, architecture => {
      const { nodes, order, problems } = inferArchitecture(architecture)
      expect([...nodes.keys()]).toEqual([...new Set(architecture.nodes.map(node => node.id))])
      expect(new Set(order).size).toBe(order.length)
      const severities = problems.map(problem => problem.severity)
      expect(severities).toEqual([...severities].sort())
      // Whatever is sound can be trained: nothing is missing.
      if (!hasErrors({ nodes, order, problems })) {
        expect(order).toHaveLength(nodes.size)
        for (const node of nodes.values()) expect(node.cost, node.id).toBeDefined()
      }
    }), { numRuns: 500 })
  }, 60_000)

  test('the random graphs of these tests have every problem that random graphs can have', () => {
    const seen = new Set(fc.sample(anyGraph, { numRuns: 3000, seed: 1 }).flatMap(architecture => codes(inferArchitecture(architecture).problems)))
    expect([...seen].sort()).toEqual([
      'alreadyBits', 'alreadyVector', 'biasBeforeBatchNorm', 'cycle', 'dropoutTwice', 'duplicateId', 'flowsDiffer', 'headWithoutBatchNorm', 'invalidAttribute',
      'leadsNowhere', 'missingNode', 'missingPort', 'needsPicture', 'needsVector', 'noHead', 'noInput', 'nothingNonLinear', 'nothingToNormalise', 'paddingTooWide',
      'severalEdges', 'severalInputs', 'shapesDiffer', 'signWithoutBatchNorm', 'unconnectedInput', 'unknownAttribute', 'unknownKind', 'windowTooLarge', 'wrongFlow',
    ])
  }, 60_000)

  test('the empty graph lacks an input and a head', () => {
    const empty = { version: 1, nodes: [], edges: [] } as const
    const { problems } = inferArchitecture({ ...empty, nodes: [], edges: [] })
    expect(codes(problems)).toEqual(['noInput', 'noHead'])
    expect(labels(problems[1] as Problem)).toEqual(['Add squared hinge', 'Add cross-entropy'])
  })
})

describe('problems of the document', () => {
  test('an unknown kind is told its nearest name, and nothing behind it is blamed', () => {
    const { problems } = inferArchitecture(chain(INPUT, ['flatten', 'flaten'], ['dense', 'dense', { units: 3 }], ['norm', 'batchNorm'], ['head', 'head']))
    expect(codes(problems)).toEqual(['unknownKind'])
    expect(problems[0]?.message).toContain('did you mean flatten?')
    expect(labels(problems[0] as Problem)).toEqual(['Make it flatten', 'Remove flatten'])
  })

  test('kinds are never looked up on a prototype', () => {
    for (const kind of ['constructor', '__proto__', 'toString']) expect(only(chain(INPUT, ['x', kind], ['head', 'head']), 'unknownKind').node).toBe('x')
  })

  test('duplicate ids: the only fix of their nodes is a new name', () => {
    const twice = chain(INPUT, ['a', 'flatten'], ['a', 'dense', { units: -1 }])
    expect(only(twice, 'duplicateId').message).toBe('2 nodes are called a; edges cannot tell them apart')
    const { problems } = inferArchitecture(twice)
    for (const problem of problems) for (const fix of problem.fixes) expect('rename' in fix || !JSON.stringify(fix).includes('"a"')).toBe(true)
  })

  test('attributes: each wrong one is a problem of its own, with a value that fits', () => {
    const { problems } = inferArchitecture(chain(INPUT, ['norm', 'batchNorm', { mode: 'vanila', momentum: 7, espilon: 1 }]))
    const own = problems.filter(problem => problem.node === 'norm' && problem.field)
    expect(own.map(({ code, field, fixes }) => [code, field, fixes[0]])).toEqual([
      ['unknownAttribute', 'espilon', { label: 'Drop espilon', node: 'norm', set: {}, unset: ['espilon'] }],
      ['invalidAttribute', 'mode', { label: 'Set mode to vanilla', node: 'norm', set: { mode: 'vanilla' } }],
      ['invalidAttribute', 'momentum', { label: 'Set momentum to 1', node: 'norm', set: { momentum: 1 } }],
    ])
    expect(own[0]?.message).toContain('did you mean epsilon?')
  })

  test('shapes go on behind an attribute that nobody knows, but not behind one that is wrong', () => {
    expect(inferArchitecture(chain(INPUT, ['flatten', 'flatten', { x: 1 }])).nodes.get('flatten')?.signal?.shape).toEqual([24])
    expect(inferArchitecture(chain(INPUT, ['flatten', 'flatten'], ['d', 'dense', { units: 0 }])).nodes.get('d')?.signal).toBeUndefined()
  })
})

describe('problems of edges', () => {
  const base: Step[] = [INPUT, ['a', 'flatten'], ['d', 'dense', { units: 3 }], ['n', 'batchNorm'], ['head', 'head']]
  const straight = ['input a', 'a d', 'd n', 'n head']

  test('ends that do not exist', () => {
    expect(only(graph(base, [...straight, 'ghost d']), 'missingNode').message).toBe('the edge from ghost.out to d.in leads nowhere: there is no node ghost')
    expect(only(graph(base, [...straight, 'a d:left']), 'missingPort').message).toContain('d has no input "left"; it has in')
    expect(only(graph(base, [...straight, 'a:up d']), 'missingPort').message).toContain('its output is called out')
    expect(only(graph(base, [...straight, 'head a']), 'missingPort').message).toContain('head is a head, which has no output')
    expect(only(graph(base, [...straight, 'a input']), 'missingPort').message).toContain('a node of kind input takes none')
  })

  test('two into one port', () => {
    const problem = only(graph(base, [...straight, 'a n']), 'severalEdges')
    expect(problem).toMatchObject({ node: 'n', port: 'in', message: '2 edges lead into n.in, from d, a; an input takes one' })
    expect(labels(problem)).toEqual(['Keep the one from d', 'Keep the one from a'])
  })

  test('a loop is named from its first node in the document', () => {
    const looped = graph([INPUT, ['c', 'dropout'], ['a', 'sign'], ['b', 'batchNorm'], ['head', 'head']], ['a b', 'b c', 'c a'])
    const problem = only(looped, 'cycle')
    expect(problem.message).toBe('3 nodes form a loop: c → a → b → c; data must flow one way')
    expect(labels(problem)).toEqual(['Remove the edge from b to c'])
    expect(only(graph([['a', 'sign']], ['a a']), 'cycle').message).toBe('a feeds itself; data must flow one way')
  })

  test('two loops are two problems, and what they feed is none', () => {
    const { problems, order } = inferArchitecture(graph([['a', 'sign'], ['b', 'sign'], ['c', 'sign'], ['d', 'sign'], ['e', 'sign']], ['a b', 'b a', 'c d', 'd c', 'd e']))
    expect(problems.filter(problem => problem.code === 'cycle').map(problem => problem.node)).toEqual(['a', 'c'])
    expect(order).toEqual([])
  })

  test('an open input is offered the nearest output that nothing uses and that it does not feed', () => {
    const open = graph(base, ['input a', 'd n', 'n head'])
    expect(only(open, 'unconnectedInput')).toMatchObject({ node: 'd', port: 'in', message: 'nothing feeds d' })
    expect(labels(only(open, 'unconnectedInput'))).toEqual(['Connect a', 'Remove d'])
    expect(only(open, 'leadsNowhere').node).toBe('a')
  })

  test('no input, several inputs, no head', () => {
    expect(labels(only(chain(['a', 'flatten'], ['head', 'head']), 'noInput'))).toEqual(['Add an input in front of a'])
    expect(only(graph([INPUT, ['two', 'input', { height: 1, width: 1, channels: 1 }], ['head', 'head']], []), 'severalInputs').node).toBe('two')
    const problem = only(chain(INPUT, ['a', 'flatten'], ['d', 'dense', { units: 10 }]), 'noHead')
    expect(problem.message).toBe('d has no head behind it: it needs a loss to train')
    expect(problem.fixes[1]).toEqual({ label: 'Add cross-entropy', after: 'd', insert: 'head', with: { loss: 'crossEntropy' } })
  })
})

describe('problems of what flows', () => {
  test('dense on a picture: a flatten layer goes in between', () => {
    const bare = chain(INPUT, ['d', 'dense', { units: 3 }], ['n', 'batchNorm'], ['head', 'head'])
    const problem = only(bare, 'needsVector')
    expect(problem.message).toBe('d gets a picture of 4 × 3 × 2 8-bit pixels; a dense layer takes a vector')
    expect(inferArchitecture(applyFix(bare, problem.fixes[0] as Problem['fixes'][number])).problems).toEqual([])
  })

  test('batch normalisation of bits, sign of bits, scores that are bits', () => {
    expect(only(chain(INPUT, ['s', 'sign'], ['n', 'batchNorm']), 'nothingToNormalise').fixes).toEqual([{ label: 'Remove n', node: 'n', remove: true }])
    const layers: Step[] = [INPUT, ['f', 'flatten'], ['d', 'dense', { units: 3 }], ['n', 'batchNorm'], ['s', 'sign']]
    expect(only(chain(...layers, ['s2', 'sign']), 'alreadyBits').message).toBe('s2 takes the sign of a vector of 3 bits, which is binary already')
    expect(only(chain(...layers, ['drop', 'dropout'], ['s2', 'sign']), 'alreadyBits').node).toBe('s2')
    expect(labels(only(chain(...layers, ['head', 'head']), 'wrongFlow'))).toEqual(['Insert a dense layer of 10 classes'])
    expect(only(chain(INPUT, ['s', 'sign'], ['relu', 'activation']), 'wrongFlow').node).toBe('relu')
  })

  test('sizes beyond 32-bit arithmetic', () => {
    const picture = chain(['input', 'input', { height: 4096, width: 4096, channels: 3 }], ['f', 'flatten'])
    const problem = only(picture, 'tooLarge')
    expect(problem.message).toContain('50,331,648 values; at most 8,388,608')
    expect(codes(inferArchitecture(applyFix(picture, problem.fixes[0] as Problem['fixes'][number])).problems)).not.toContain('tooLarge')
    const wide = chain(['input', 'input', { height: 1024, width: 1024, channels: 3 }], ['f', 'flatten'], ['d', 'dense', { units: 65536 }])
    expect(only(wide, 'tooLarge').fixes).toEqual([{ label: 'Use 682 units', node: 'd', set: { units: 682 } }])
  })

  test('advice', () => {
    const layers: Step[] = [INPUT, ['f', 'flatten'], ['d', 'dense', { units: 3 }]]
    const advice = (...steps: Step[]): string[] => codes(inferArchitecture(chain(...layers, ...steps)).problems)
    expect(advice(['head', 'head'])).toEqual(['headWithoutBatchNorm'])
    expect(advice(['s', 'sign'], ['d2', 'dense', { units: 3 }], ['n', 'batchNorm'], ['head', 'head'])).toEqual(['signWithoutBatchNorm'])
    expect(advice(['n', 'batchNorm'], ['d2', 'dense', { units: 3 }], ['n2', 'batchNorm'], ['head', 'head'])).toEqual(['nothingNonLinear'])
    expect(advice(['f2', 'flatten'], ['n', 'batchNorm'], ['head', 'head'])).toEqual(['alreadyVector'])
    expect(advice(['n', 'batchNorm'], ['a', 'activation'], ['d1', 'dropout'], ['d2', 'dropout'], ['d3', 'dense', { units: 3, weights: 'real' }], ['head', 'head'])).toEqual(['dropoutTwice'])
    const biased = chain(INPUT, ['f', 'flatten'], ['d', 'dense', { units: 3, bias: true }], ['n', 'batchNorm'], ['head', 'head'])
    expect(inferArchitecture(biased).problems).toMatchObject([{ code: 'biasBeforeBatchNorm', severity: 'warning', field: 'bias', fixes: [{ set: { bias: false } }] }])
  })
})

test('batches of one image leave batch norm of one place nothing but beta', () => {
  const found = (name: string, batchSize: number): Problem[] => {
    const { architecture, recipe } = presetNamed(name)
    return inferProject({ architecture, recipe: { ...recipe, batchSize } }).problems.filter(({ code }) => code === 'batchOfOne')
  }
  expect(found('googlenet', 1)).toMatchObject([{ severity: 'warning', node: 'aux1.dense1.norm', message: expect.stringContaining('(and 4 more)') as unknown }])
  expect(found('googlenet', 2)).toEqual([])
  // It has no batch norm but of pictures.
  expect(found('bi-real-18', 1)).toEqual([])
})

describe('several inputs', () => {
  const steps: Step[] = [INPUT, ['f', 'flatten'], ['c', 'concat', { inputs: 3 }], ['d', 'dense', { units: 2 }], ['n', 'batchNorm'], ['m', 'batchNorm'], ['sum', 'add'], ['head', 'head']]
  const edges = ['input f', 'f c:in1', 'f c:in2', 'd n', 'd m', 'n sum:a', 'm sum:b', 'sum head', 'c d']

  test('as many as the attributes say; an open one is named', () => {
    const open = inferArchitecture(graph(steps, edges))
    expect(open.problems.filter(problem => problem.severity === 'error')).toMatchObject([{ code: 'unconnectedInput', port: 'in3', message: 'nothing feeds c.in3' }])
    const closed = inferArchitecture(graph(steps, [...edges, 'f c:in3']))
    expect(hasErrors(closed)).toBe(false)
    expect(closed.nodes.get('c')).toMatchObject({ sources: ['f', 'f', 'f'], signal: { shape: [72], flow: 'pixels' } })
    expect(closed.nodes.get('sum')).toMatchObject({ sources: ['n', 'm'], signal: { shape: [2], flow: 'reals' } })
  })

  test('loops: one fix opens a loop of parallel edges', () => {
    const looped = graph([['a', 'add'], ['b', 'add']], ['a b:a', 'a b:b', 'b a:a'])
    const [problem] = inferArchitecture(looped).problems
    expect(problem?.code).toBe('cycle')
    expect(codes(inferArchitecture(applyFix(looped, problem?.fixes[0] as Problem['fixes'][number])).problems)).not.toContain('cycle')
  })
})

describe('speed', () => {
  /** Milliseconds: the median of `runs`, once the code is warm. */
  function timed(architecture: Architecture, runs: number): number {
    const times = Array.from({ length: 2 * runs }, () => {
      const start = performance.now()
      inferArchitecture(architecture)
      return performance.now() - start
    })
    return times.slice(runs).sort((a, b) => a - b)[runs >> 1] as number
  }

  test('300 nodes', () => {
    const steps: Step[] = [INPUT, ['flatten', 'flatten']]
    for (let at = 0; steps.length < 296; at++) steps.push([`dense${at}`, 'dense', { units: 64 }], [`norm${at}`, 'batchNorm', { mode: 'shift' }], [`sign${at}`, 'sign', { mode: 'stochastic' }])
    steps.push(['drop', 'dropout'], ['last', 'dense', { units: 10 }], ['norm', 'batchNorm'], ['head', 'head'])
    const architecture = chain(...steps)
    expect(inferArchitecture(architecture).problems).toEqual([])
    const median = timed(architecture, 40)
    console.log(`inferArchitecture of ${steps.length} nodes: median ${median.toFixed(2)} ms`)
    expect(median).toBeLessThan(50)
  })

  test('4096 nodes, chained against their order, or not at all', () => {
    const steps = Array.from({ length: 4096 }, (_, at): Step => [`n${at}`, 'dropout'])
    const backwards = timed(graph(steps, steps.slice(1).map(([id], at) => `${id} n${at}`)), 3)
    const alone = timed(graph(steps, []), 3)
    console.log(`inferArchitecture of 4096 nodes: median ${backwards.toFixed(1)} ms chained backwards, ${alone.toFixed(1)} ms unconnected`)
    expect(backwards).toBeLessThan(2000)
    expect(alone).toBeLessThan(2000)
  })
})
