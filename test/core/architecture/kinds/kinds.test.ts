import { describe, expect, test } from 'vitest'
import { controlsOf } from '../../../../core/architecture/attributes.ts'
import { NO_COST, type Cost, type LayerKind } from '../../../../core/architecture/kind.ts'
import { activation, attributesOf, batchNorm, dense, dropout, flatten, head, input, kindOf, layerKinds, quantize, sign } from '../../../../core/architecture/kinds/index.ts'
import type { Flow, Signal } from '../../../../core/architecture/signal.ts'

const vector = (length: number, flow: Flow): Signal => ({ shape: [length], flow })
const picture = (flow: Flow): Signal => ({ shape: [4, 3, 2], flow })

/** Shape, flow and whatever costs differ from none. */
function inferred(kind: LayerKind, signal: Signal | undefined, attributes: Record<string, unknown> = {}): { output?: Signal; cost: Partial<Cost> } | string[] {
  const result = kind.infer(signal ? [signal] : [], kind.attributes.parse(attributes), 'n')
  if (!('cost' in result)) return result.problems.map(problem => problem.code)
  const cost = Object.fromEntries(Object.entries(result.cost).filter(([name, value]) => value !== NO_COST[name as keyof Cost]))
  return { ...(result.output && { output: result.output }), cost }
}

describe('the registry', () => {
  test('has the kinds of the document, each under its own name', () => {
    expect([...layerKinds.keys()].sort()).toEqual([
      'activation', 'add', 'avgPool', 'batchNorm', 'concat', 'conv2d', 'dense', 'dropout', 'flatten', 'globalAvgPool', 'head', 'input', 'maxPool', 'quantize', 'sign',
    ])
    for (const [name, kind] of layerKinds) expect(kind.kind).toBe(name)
  })

  test('explains every attribute, and only those; a new node is valid', () => {
    for (const kind of layerKinds.values()) {
      expect(Object.keys(kind.fields), kind.kind).toEqual([...controlsOf(kind).keys()])
      for (const { label, help } of Object.values(kind.fields)) expect(label.length * help.length).toBeGreaterThan(0)
      expect(kind.attributes.safeParse(kind.initial).success, kind.kind).toBe(true)
      if (kind.family !== 'join') expect([...kind.inputs], kind.kind).toEqual(kind.family === 'input' ? [] : ['in'])
    }
  })

  test('names the kinds that keep shapes', () => {
    expect([...layerKinds.values()].filter(kind => kind.passThrough).map(kind => kind.kind).sort()).toEqual(['activation', 'batchNorm', 'dropout', 'quantize', 'sign'])
  })

  test('kindOf says what there is', () => {
    expect(kindOf('dense')).toBe(dense)
    expect(() => kindOf('batchnorm')).toThrow('there is no layer kind "batchnorm"; did you mean batchNorm? Otherwise choose one of input, conv2d, dense,')
    expect(() => kindOf('__proto__')).toThrow('there is no layer kind')
  })

  test('attributesOf fills in defaults, and refuses another kind', () => {
    expect(attributesOf(batchNorm, { id: 'n', kind: 'batchNorm', attributes: { mode: 'shift' } })).toEqual({
      mode: 'shift', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd', rounding: 'nearest', beta: true, gammaInit: 'one',
    })
    expect(() => attributesOf(dense, { id: 'n', kind: 'sign', attributes: {} })).toThrow('expected a node of kind dense, found sign; at node n')
    expect(() => attributesOf(dense, { id: 'n', kind: 'dense', attributes: { units: 0 } })).toThrow('at node n')
  })
})

describe('defaults and ranges', () => {
  test.each([
    [dense, { units: 3 }, { units: 3, weights: 'binary', weightBits: 2, binarisation: 'deterministic', weightMask: 'off', scaleGradient: 'corrected', inputScale: false, centred: false, bias: false }],
    [sign, {}, { mode: 'deterministic', gradient: 'clip', threshold: 'fixed', zero: 'plus' }],
    [dropout, {}, { rate: 0.5 }],
    [activation, {}, { function: 'relu' }],
    [quantize, {}, { bits: 2 }],
    [head, {}, { loss: 'squaredHinge', weight: 1 }],
    [flatten, {}, {}],
  ] as const)('%o', (kind, written, parsed) => {
    expect(kind.attributes.parse(written)).toEqual(parsed)
  })

  test.each([
    [dense, 'units', [0, 65537, 1.5, '8', NaN, Infinity, true], [1, 65536]],
    [input, 'height', [0, 4097, -1], [1, 4096]],
    [input, 'channels', [0, 1025], [1, 1024]],
    [dropout, 'rate', [-0.1, 1, NaN], [0, 0.999]],
    [batchNorm, 'epsilon', [0, -1e-4, 1.1], [1e-12, 1e-5, 1]],
    [batchNorm, 'momentum', [0, 1.1], [1, 0.125]],
    [head, 'weight', [-1, Infinity, 1001], [0, 0.3]],
    [sign, 'zero', ['none', 0], ['zero']],
    [quantize, 'bits', [0, 9, 1.5], [1, 8]],
  ] as const)('%o %s', (kind, name, wrong, right) => {
    const rest = { ...kind.initial }
    for (const value of wrong) expect(kind.attributes.safeParse({ ...rest, [name]: value }).success, String(value)).toBe(false)
    for (const value of right) expect(kind.attributes.safeParse({ ...rest, [name]: value }).success, String(value)).toBe(true)
    expect(kind.attributes.safeParse({ ...rest, other: 1 }).success).toBe(false)
  })
})

describe('input and flatten', () => {
  test('a picture of pixels, then a vector of the same flow', () => {
    expect(inferred(input, undefined, { height: 4, width: 3, channels: 2 })).toEqual({ output: picture('pixels'), cost: {} })
    for (const flow of ['pixels', 'bits', 'ternary', 'integers', 'reals'] as const) {
      expect(inferred(flatten, picture(flow))).toEqual({ output: vector(24, flow), cost: {} })
    }
  })
})

describe('dense', () => {
  test.each([
    ['pixels', 'integers', { binaryMacs: 40 * 5, xnorWords: 8 * 2 * 5, savedBits: 320 }],
    ['bits', 'integers', { binaryMacs: 40 * 5, xnorWords: 2 * 5 }],
    ['ternary', 'integers', { binaryMacs: 40 * 5, xnorWords: 2 * 5 }],
    ['integers', 'reals', { floatMacs: 40 * 5, savedBits: 1280 }],
    ['reals', 'reals', { floatMacs: 40 * 5, savedBits: 1280 }],
  ] as const)('binary weights on %s give %s', (flow, out, cost) => {
    expect(inferred(dense, vector(40, flow), { units: 5 })).toEqual({ output: vector(5, out), cost: { binaryParameters: 200, packedBytes: 25, ...cost } })
  })

  test('a bias is real, and makes the sums real', () => {
    expect(inferred(dense, vector(40, 'bits'), { units: 5, bias: true })).toEqual({
      output: vector(5, 'reals'), cost: { binaryParameters: 200, realParameters: 5, packedBytes: 45, binaryMacs: 200, xnorWords: 10 },
    })
  })

  test('real weights compute in floating point on anything', () => {
    for (const flow of ['pixels', 'bits', 'reals'] as const) {
      expect(inferred(dense, vector(40, flow), { units: 5, weights: 'real' })).toMatchObject({ output: vector(5, 'reals'), cost: { realParameters: 200, packedBytes: 800, floatMacs: 200 } })
    }
  })

  test('bits that fill no whole byte take one more', () => {
    expect(inferred(dense, vector(3, 'bits'), { units: 3 })).toMatchObject({ cost: { packedBytes: 2 } })
  })
})

describe('what keeps shapes', () => {
  test('batch normalisation: parameters and statistics by channel, work by value', () => {
    const cost = { realParameters: 4, stateValues: 4, packedBytes: 16, floatMacs: 24 }
    expect(inferred(batchNorm, picture('integers'))).toEqual({ output: picture('reals'), cost })
    expect(inferred(batchNorm, picture('reals'), { beta: false })).toEqual({ output: picture('reals'), cost: { ...cost, realParameters: 2 } })
    // Nobody computes pixels again: as reals they stay for backward.
    expect(inferred(batchNorm, picture('pixels'))).toEqual({ output: picture('reals'), cost: { ...cost, savedBits: 768 } })
    for (const flow of ['bits', 'ternary'] as const) expect(inferred(batchNorm, vector(8, flow))).toEqual(['nothingToNormalise'])
  })

  test('sign: a bit of output and a bit of mask for every value; a value that may be absent takes two', () => {
    for (const flow of ['pixels', 'integers', 'reals'] as const) {
      expect(inferred(sign, picture(flow))).toEqual({ output: picture('bits'), cost: { savedBits: 48 } })
      expect(inferred(sign, picture(flow), { zero: 'zero' })).toEqual({ output: picture('ternary'), cost: { savedBits: 72 } })
    }
    for (const gradient of ['approxSign', 'swishSign']) {
      expect(inferred(sign, picture('reals'), { gradient })).toEqual({ output: picture('bits'), cost: { savedBits: 24 } })
      expect(inferred(sign, picture('reals'), { gradient, zero: 'zero' })).toMatchObject({ cost: { savedBits: 48 } })
    }
    expect(inferred(sign, picture('reals'), { threshold: 'learned' })).toEqual({ output: picture('bits'), cost: { realParameters: 2, packedBytes: 8, savedBits: 48 } })
    expect(inferred(sign, vector(8, 'bits'))).toEqual(['alreadyBits'])
  })

  test('dropout makes bits absent', () => {
    const out = { pixels: 'pixels', bits: 'ternary', ternary: 'ternary', integers: 'reals', reals: 'reals' } as const
    for (const flow of ['pixels', 'bits', 'ternary', 'integers', 'reals'] as const) {
      expect(inferred(dropout, picture(flow))).toEqual({ output: picture(out[flow]), cost: { savedBits: 24 } })
    }
  })

  test('activation', () => {
    expect(inferred(activation, vector(8, 'integers'))).toEqual({ output: vector(8, 'reals'), cost: { savedBits: 8 } })
    expect(inferred(activation, picture('reals'), { function: 'prelu' })).toEqual({ output: picture('reals'), cost: { realParameters: 2, packedBytes: 8, floatMacs: 24 } })
    expect(inferred(activation, picture('integers'), { function: 'rpRelu' })).toMatchObject({ cost: { realParameters: 6, packedBytes: 24, floatMacs: 24 } })
    expect(inferred(activation, vector(8, 'bits'))).toEqual(['wrongFlow'])
  })
})

test('k-bit activations: a mask of the slope; what comes out is real', () => {
  for (const flow of ['integers', 'reals'] as const) expect(inferred(quantize, picture(flow), { bits: 3 })).toEqual({ output: picture('reals'), cost: { floatMacs: 24, savedBits: 24 } })
  for (const flow of ['pixels', 'bits', 'ternary'] as const) expect(inferred(quantize, picture(flow))).toEqual(['wrongFlow'])
})

test('a head takes scores and gives nothing', () => {
  expect(inferred(head, vector(10, 'reals'))).toEqual({ cost: { savedBits: 320 } })
  expect(inferred(head, picture('reals'))).toEqual(['needsVector'])
  expect(inferred(head, vector(10, 'bits'))).toEqual(['wrongFlow'])
})
