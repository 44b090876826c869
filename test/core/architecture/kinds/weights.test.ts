import { describe, expect, test } from 'vitest'
import { inferArchitecture } from '../../../../core/architecture/infer.ts'
import { portsOf } from '../../../../core/architecture/kind.ts'
import { conv2d, dense } from '../../../../core/architecture/kinds/index.ts'
import type { Flow, Signal } from '../../../../core/architecture/signal.ts'
import { graph } from '../graphs.ts'

const picture = (flow: Flow, channels = 40): Signal => ({ shape: [5, 6, channels], flow })
const inferred = (inputs: readonly Signal[], attributes: Record<string, unknown>): ReturnType<typeof conv2d.infer> => conv2d.infer(inputs, conv2d.attributes.parse({ filters: 7, ...attributes }), 'n')
const count = 9 * 40 * 7

describe('weights of k bits', () => {
  test('take k bits each in a model and float32 here; one bit is binary, with one alpha for the layer', () => {
    expect(inferred([picture('bits')], { weights: 'quantized', weightBits: 3 })).toMatchObject({
      output: { flow: 'reals' }, cost: { binaryParameters: 0, realParameters: count, packedBytes: Math.ceil(3 * count / 8), binaryMacs: 0, floatMacs: 30 * count },
    })
    expect(inferred([picture('bits')], { weights: 'quantized', weightBits: 1 })).toMatchObject({
      output: { flow: 'reals' }, cost: { binaryParameters: count, realParameters: 0, packedBytes: count / 8 + 4, binaryMacs: 30 * count, floatMacs: 30 * 7 },
    })
    expect(conv2d.attributes.safeParse({ filters: 1, weightBits: 9 }).success).toBe(false)
  })
})

describe('stochastic weights', () => {
  test('are evaluated as reals, and counted so', () => {
    expect(inferred([picture('bits')], { binarisation: 'stochastic' })).toMatchObject({
      output: { flow: 'reals' }, cost: { binaryParameters: 0, realParameters: count, packedBytes: 4 * count, binaryMacs: 0, floatMacs: 30 * count, xnorWords: 0 },
    })
    expect(inferred([picture('bits')], { binarisation: 'stochastic', weights: 'scaled' })).toEqual(inferred([picture('bits')], { weights: 'scaled' }))
  })
})

describe('scaled weights', () => {
  test('stay XNOR and popcount; one real alpha a filter, one more multiplication a sum', () => {
    expect(inferred([picture('bits')], { weights: 'scaled' })).toMatchObject({
      output: { shape: [5, 6, 7], flow: 'reals' },
      cost: { binaryParameters: count, realParameters: 0, packedBytes: count / 8 + 28, binaryMacs: 30 * count, floatMacs: 30 * 7, xnorWords: 30 * 9 * 2 * 7, savedBits: 0 },
    })
  })

  test('on reals they cost what binary weights do there', () => {
    expect(inferred([picture('reals')], { weights: 'scaled' })).toMatchObject({ cost: { binaryMacs: 0, floatMacs: 30 * count + 30 * 7, savedBits: 32 * 1200 } })
  })

  test('the input scale takes a second input, its means and box filter, and is kept for backward', () => {
    expect(portsOf(dense, dense.attributes.parse({ units: 7, weights: 'scaled', inputScale: true }))).toEqual(['in', 'magnitude'])
    for (const weights of ['binary', 'real'] as const) expect(portsOf(dense, dense.attributes.parse({ units: 7, weights, inputScale: true }))).toEqual(['in'])
    expect(inferred([picture('bits'), picture('reals')], { weights: 'scaled', inputScale: true })).toMatchObject({ cost: { floatMacs: 30 * 7 + 30 * (7 + 9) + 1200, savedBits: 32 * 30 } })
  })

  test('reals of another shape than the bits are refused, with a way out', () => {
    expect(inferred([picture('bits'), picture('reals', 39)], { weights: 'scaled', inputScale: true })).toMatchObject({
      problems: [{ code: 'shapesDiffer', severity: 'error', port: 'magnitude', fixes: [{ set: { inputScale: false } }] }],
    })
    expect(dense.infer([{ shape: [4], flow: 'bits' }, { shape: [2, 2, 1], flow: 'reals' }], dense.attributes.parse({ units: 2, weights: 'scaled', inputScale: true }), 'n')).toMatchObject({ problems: [{ code: 'shapesDiffer' }] })
  })

  test('in a graph, both edges meet the layer, and a missing one is said', () => {
    const steps = [
      ['image', 'input', { height: 4, width: 4, channels: 2 }], ['c', 'conv2d', { filters: 3 }], ['n', 'batchNorm'], ['s', 'sign'],
      ['x', 'conv2d', { filters: 5, weights: 'scaled', inputScale: true }], ['m', 'batchNorm'], ['f', 'flatten'], ['d', 'dense', { units: 2 }], ['o', 'batchNorm'], ['head', 'head'],
    ] as const
    const edges = ['image c', 'c n', 'n s', 's x', 'x m', 'm f', 'f d', 'd o', 'o head']
    const whole = inferArchitecture(graph(steps, [...edges, 'n x:magnitude']))
    expect(whole.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(whole.nodes.get('x')?.sources).toEqual(['s', 'n'])
    expect(inferArchitecture(graph(steps, edges)).problems).toContainEqual(expect.objectContaining({ code: 'unconnectedInput', node: 'x', port: 'magnitude' }))
  })
})
