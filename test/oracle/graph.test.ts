import { describe, expect, it } from 'vitest'
import { fillUniform, Stream, streamKey, threefry2x32, unitFloat } from '../../core/random.ts'
import { elementDraws } from './draws.ts'
import { chainProject, graphProject, type RecipeFields, type Step } from './examples.ts'
import { readLayers, topologicalOrder } from './graph.ts'
import { OracleNetwork } from './network.ts'
import { named } from './parameters.ts'

const BINARY = { weights: 'binary', weightBits: 2, binarisation: 'deterministic', weightMask: 'off', scaleGradient: 'corrected', inputScale: false, centred: false }
const INPUT: Step = ['in', 'input', { height: 2, width: 3, channels: 2 }]

describe('reading the document', () => {
  it('fills in the defaults that the layer kinds have', () => {
    const { architecture } = chainProject([INPUT, ['act', 'activation'], ['drop', 'dropout'], ['flat', 'flatten'], ['fc', 'dense', { units: 4 }], ['norm', 'batchNorm'], ['bits', 'sign'], ['out', 'head']])
    const vector = { height: 1, width: 1, channels: 4 }
    expect(readLayers(architecture)).toEqual([
      { id: 'in', ordinal: 0, sources: [], height: 2, width: 3, channels: 2, kind: 'input', coding: { kind: 'recipe', low: -1, high: 1, bits: 8, fractionBits: 7, threshold: 0 } },
      { id: 'act', ordinal: 1, sources: [0], height: 2, width: 3, channels: 2, kind: 'activation', function: 'relu' },
      { id: 'drop', ordinal: 2, sources: [1], height: 2, width: 3, channels: 2, kind: 'dropout', rate: 0.5 },
      { id: 'flat', ordinal: 3, sources: [2], height: 1, width: 1, channels: 12, kind: 'flatten' },
      { id: 'fc', ordinal: 4, sources: [3], ...vector, kind: 'dense', inputs: 12, units: 4, options: BINARY, bias: false },
      {
        id: 'norm', ordinal: 5, sources: [4], ...vector, kind: 'batchNorm', beta: true, gammaInit: 'one',
        options: { mode: 'vanilla', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd', rounding: 'nearest' },
      },
      { id: 'bits', ordinal: 6, sources: [5], ...vector, kind: 'sign', mode: 'deterministic', gradient: 'clip', zero: 'plus', learned: false },
      { id: 'out', ordinal: 7, sources: [6], ...vector, kind: 'head', loss: 'squaredHinge', weight: 1 },
    ])
  })

  it('fills in the defaults of convolutions and pools, and reads ports in order', () => {
    const steps: Step[] = [['in', 'input', { height: 7, width: 6, channels: 2 }], ['c', 'conv2d', { filters: 5 }], ['d', 'conv2d', { filters: 4, kernel: 4, stride: 2 }], ['p', 'maxPool'], ['both', 'concat'], ['sum', 'add'], ['g', 'globalAvgPool'], ['out', 'head']]
    const edges = [['in', 'c', 'in'], ['in', 'd', 'in'], ['c', 'p', 'in'], ['p', 'both', 'in2'], ['d', 'both', 'in1'], ['both', 'sum', 'a'], ['both', 'sum', 'b'], ['sum', 'g', 'in'], ['g', 'out', 'in']]
    const layers = readLayers(graphProject(steps, edges.map(([from, node, port]) => ({ from: { node: from }, to: { node, port } }))).architecture)
    const size = { height: 3, width: 3 }
    expect(layers.slice(1, -1)).toEqual([
      { id: 'c', ordinal: 1, sources: [0], height: 7, width: 6, channels: 5, kind: 'conv2d', inputs: 2, filters: 5, window: { size: 3, stride: 1, padding: 1 }, options: BINARY, bias: false },
      { id: 'd', ordinal: 2, sources: [0], ...size, width: 3, channels: 4, kind: 'conv2d', inputs: 2, filters: 4, window: { size: 4, stride: 2, padding: 1 }, options: BINARY, bias: false },
      { id: 'p', ordinal: 3, sources: [1], ...size, channels: 5, kind: 'maxPool', window: { size: 2, stride: 2, padding: 0 } },
      { id: 'both', ordinal: 4, sources: [2, 3], ...size, channels: 9, kind: 'concat' },
      { id: 'sum', ordinal: 5, sources: [4, 4], ...size, channels: 9, kind: 'add' },
      { id: 'g', ordinal: 6, sources: [5], height: 1, width: 1, channels: 9, kind: 'globalAvgPool' },
    ])
  })

  it('orders by readiness, then by place in the document', () => {
    const nodes: Step[] = [['z', 'head'], ['y', 'head'], ['b', 'flatten'], ['a', 'flatten'], INPUT]
    const edges = [['in', 'a'], ['in', 'b'], ['a', 'z'], ['b', 'y']].map(([from, to]) => ({ from: { node: from }, to: { node: to } }))
    expect(topologicalOrder(graphProject(nodes, edges).architecture).map(node => node.id)).toEqual(['in', 'b', 'y', 'a', 'z'])
  })

  it('refuses loops, loose ends and dense layers on pictures', () => {
    const looped = [{ from: { node: 'a' }, to: { node: 'b' } }, { from: { node: 'b' }, to: { node: 'a' } }]
    expect(() => topologicalOrder(graphProject([['a', 'sign'], ['b', 'sign']], looped).architecture)).toThrow('cycle')
    expect(() => readLayers(graphProject([INPUT, ['out', 'head']], []).architecture)).toThrow('0 incoming')
    expect(() => readLayers(chainProject([INPUT, ['fc', 'dense', { units: 2 }], ['out', 'head']]).architecture)).toThrow('vector')
  })
})

describe('first values', () => {
  const steps: Step[] = [
    ['in', 'input', { height: 2, width: 2, channels: 4 }], ['flat', 'flatten'], ['a', 'dense', { units: 9, bias: true }], ['norm', 'batchNorm', { gammaInit: 'uniform' }],
    ['b', 'dense', { units: 3, weights: 'real' }], ['norm2', 'batchNorm', { beta: false, running: 'variance' }], ['out', 'head'],
  ]
  const create = (recipe: RecipeFields): OracleNetwork => new OracleNetwork(chainProject(steps, { seed: 99, ...recipe }), { scale: 1, offset: 0 })
  const drawn = (stream: number, ordinal: number, count: number, low: number, high: number): Float64Array =>
    Float64Array.from(fillUniform(new Float32Array(count), streamKey(99, stream, ordinal), low, high))

  it('weights: U(-1, 1) for binary ones of `unit`, else U(+-1 / sqrt(inputs)), keyed by the place in the order', () => {
    expect(create({}).parameters.get('a.weight')).toEqual(drawn(Stream.initialWeights, 2, 16 * 9, -1, 1))
    expect(create({ weightInit: 'fanIn' }).parameters.get('a.weight')).toEqual(drawn(Stream.initialWeights, 2, 16 * 9, -0.25, 0.25))
    expect(create({}).parameters.get('b.weight')).toEqual(drawn(Stream.initialWeights, 4, 27, -1 / 3, 1 / 3))
  })

  it('gamma, beta, bias, running statistics and optimizer state', () => {
    const { parameters, states, optimizerStates } = create({ optimizer: { kind: 'adam' } })
    expect([...parameters.keys()]).toEqual(['a.weight', 'a.bias', 'norm.gamma', 'norm.beta', 'b.weight', 'norm2.gamma'])
    expect(parameters.get('norm.gamma')).toEqual(drawn(Stream.batchNormScale, 3, 9, 0, 1))
    expect(parameters.get('norm2.gamma')).toEqual(Float64Array.of(1, 1, 1))
    expect(parameters.get('a.bias')).toEqual(new Float64Array(9))
    expect([...states]).toEqual([
      ['norm.runningMean', new Float64Array(9)], ['norm.runningInverseStd', new Float64Array(9).fill(1)],
      ['norm2.runningMean', new Float64Array(3)], ['norm2.runningVariance', new Float64Array(3).fill(1)],
    ])
    expect([...optimizerStates.keys()].slice(0, 4)).toEqual(['a.weight.m', 'a.weight.v', 'a.bias.m', 'a.bias.v'])
    expect([...create({}).optimizerStates.keys()].slice(0, 2)).toEqual(['a.weight.velocity', 'a.bias.velocity'])
  })

  it('what activations learn, one number a channel: thresholds, knees and lifts at 0, slopes at 1 / 4', () => {
    const learned = chainProject([['in', 'input', { height: 1, width: 1, channels: 2 }], ['flat', 'flatten'], ['p', 'activation', { function: 'prelu' }], ['r', 'activation', { function: 'rpRelu' }], ['a', 'activation'], ['s', 'sign', { threshold: 'learned' }], ['t', 'sign'], ['out', 'head']])
    expect([...new OracleNetwork(learned, { scale: 1, offset: 0 }).parameters]).toEqual([
      ['p.slope', Float64Array.of(0.25, 0.25)], ['r.slope', Float64Array.of(0.25, 0.25)], ['r.knee', Float64Array.of(0, 0)], ['r.lift', Float64Array.of(0, 0)], ['s.threshold', Float64Array.of(0, 0)],
    ])
  })

  it('the layer factor multiplies the move of weight, bias and, if asked for, gamma; never of beta', () => {
    const moved = (recipe: RecipeFields, name: string): number => {
      const network = create({ clip: 'off', ...recipe })
      const before = named(network.parameters, name).slice()
      const { gradients } = network.trainStep(Uint8Array.from({ length: 64 }, (_, i) => (37 * i * i) % 256), [0, 1, 2, 0], 1, 0)
      // sgd at rate 0.1 moves by -0.1 * factor * gradient; the first element tells the factor.
      const gradient = named(new Map(gradients), name)[0] ?? NaN
      return ((named(network.parameters, name)[0] ?? NaN) - (before[0] ?? NaN)) / (-0.1 * gradient)
    }
    const exact = { layerScale: { mode: 'exact', batchNormScale: true } } as const
    expect(moved(exact, 'b.weight')).toBeCloseTo(Math.sqrt(12 / 1.5), 6)
    // sqrt(8) is 2^1.5, a tie, and goes up.
    expect(moved({ layerScale: { mode: 'powerOfTwo' } }, 'b.weight')).toBeCloseTo(4, 6)
    expect(moved(exact, 'norm.gamma')).toBeCloseTo(Math.sqrt(9 / 1.5), 6)
    expect(moved(exact, 'norm.beta')).toBeCloseTo(1, 6)
    expect(moved({ layerScale: { mode: 'exact' } }, 'norm.gamma')).toBeCloseTo(1, 6)
    expect(moved({ layerScale: { mode: 'off', batchNormScale: true } }, 'norm.gamma')).toBeCloseTo(1, 6)
  })
})

describe('counters', () => {
  it('of a draw: two channels a block, 16 blocks a word, words row by row', () => {
    const draw = elementDraws(99, 'dropout', 5, 70, 8)
    const key = streamKey(99, Stream.dropout, 5)
    // 70 channels are 3 words; channel 67 is bit 3 of word 2: block (4 * 3 + 2) * 16 + 1, second word.
    expect(draw(4, 67)).toBe(unitFloat(threefry2x32(key, [225, 8])[1]))
    expect(draw(0, 32)).toBe(unitFloat(threefry2x32(key, [16, 8])[0]))
    expect(elementDraws(99, 'stochasticSign', 5, 32, 1)(1, 0)).toBe(unitFloat(threefry2x32(streamKey(99, Stream.stochasticSign, 5), [16, 1])[0]))
  })

  it('pixels mean scale * p + offset', () => {
    const network = new OracleNetwork(chainProject([['in', 'input', { height: 1, width: 1, channels: 3 }], ['flat', 'flatten'], ['out', 'head']]), { scale: 0.5, offset: -3 })
    expect([...network.evaluate(Uint8Array.of(0, 6, 255), [1]).scores]).toEqual([-3, 0, 124.5])
  })
})
