import { describe, expect, test } from 'vitest'
import { applyFix } from '../../../../core/architecture/fix.ts'
import { hasErrors, inferArchitecture } from '../../../../core/architecture/infer.ts'
import { NO_COST, type Cost, type LayerKind, type Problem } from '../../../../core/architecture/kind.ts'
import { add, attributesOf, avgPool, concat, conv2d, globalAvgPool, maxPool, windowOfConvolution } from '../../../../core/architecture/kinds/index.ts'
import { MAX_VALUES, type Flow, type Shape, type Signal } from '../../../../core/architecture/signal.ts'
import { chain, codes, graph, INPUT, type Step } from '../graphs.ts'

const signal = (flow: Flow, ...shape: number[]): Signal => ({ shape: shape as unknown as Shape, flow })

function inferred(kind: LayerKind, inputs: readonly Signal[], attributes: Record<string, unknown> = {}): { output?: Signal; cost: Partial<Cost> } | string[] {
  const result = kind.infer(inputs, kind.attributes.parse(attributes), 'n')
  if (!('cost' in result)) return result.problems.map(problem => problem.code)
  const cost = Object.fromEntries(Object.entries(result.cost).filter(([name, value]) => value !== NO_COST[name as keyof Cost]))
  return { ...(result.output && { output: result.output }), cost }
}

const shapeOf = (kind: LayerKind, input: Signal, attributes: Record<string, unknown>): readonly number[] | string[] => {
  const result = inferred(kind, [input], attributes)
  return Array.isArray(result) ? result : result.output?.shape ?? []
}

describe('conv2d', () => {
  test('defaults, and padding that follows the kernel', () => {
    const attributes = attributesOf(conv2d, { id: 'n', kind: 'conv2d', attributes: { filters: 8 } })
    expect(attributes).toMatchObject({ filters: 8, kernel: 3, stride: 1, weights: 'binary', bias: false })
    expect(windowOfConvolution(attributes)).toEqual({ size: 3, stride: 1, padding: 1 })
    expect([1, 2, 3, 4, 5, 11].map(kernel => windowOfConvolution({ kernel, stride: 1 }).padding)).toEqual([0, 0, 1, 1, 2, 5])
    expect(windowOfConvolution({ kernel: 11, stride: 4, padding: 2 })).toEqual({ size: 11, stride: 4, padding: 2 })
  })

  test.each([
    [[32, 32], { kernel: 3 }, [32, 32]],
    [[32, 31], { kernel: 3, padding: 0 }, [30, 29]],
    [[5, 7], { kernel: 1, stride: 2 }, [3, 4]],
    [[7, 7], { kernel: 2 }, [6, 6]],
    [[4, 4], { kernel: 3, padding: 2 }, [6, 6]],
    [[1, 1], { kernel: 3 }, [1, 1]],
    // AlexNet's first layer (bnn-spec 2.6).
    [[224, 224], { kernel: 11, stride: 4, padding: 2 }, [55, 55]],
  ] as const)('%o by %o gives %o', ([height, width], attributes, expected) => {
    expect(shapeOf(conv2d, signal('bits', height, width, 40), { filters: 6, ...attributes })).toEqual([...expected, 6])
  })

  // 5 x 6 places of 3 x 3 taps of 40 channels, two words each; 7 filters.
  const count = 9 * 40 * 7
  test.each([
    ['pixels', 'integers', { binaryMacs: 30 * count, xnorWords: 8 * 30 * 9 * 2 * 7, savedBits: 8 * 1200 }],
    ['bits', 'integers', { binaryMacs: 30 * count, xnorWords: 30 * 9 * 2 * 7 }],
    ['ternary', 'integers', { binaryMacs: 30 * count, xnorWords: 30 * 9 * 2 * 7 }],
    ['integers', 'reals', { floatMacs: 30 * count, savedBits: 32 * 1200 }],
    ['reals', 'reals', { floatMacs: 30 * count, savedBits: 32 * 1200 }],
  ] as const)('binary weights on %s give %s', (flow, out, cost) => {
    expect(inferred(conv2d, [signal(flow, 5, 6, 40)], { filters: 7 })).toEqual({ output: signal(out, 5, 6, 7), cost: { binaryParameters: count, packedBytes: count / 8, ...cost } })
  })

  test('a bias and real weights make reals', () => {
    expect(inferred(conv2d, [signal('bits', 5, 6, 40)], { filters: 7, bias: true })).toMatchObject({ output: { flow: 'reals' }, cost: { realParameters: 7, packedBytes: count / 8 + 28 } })
    expect(inferred(conv2d, [signal('bits', 5, 6, 40)], { filters: 7, weights: 'real' })).toEqual({ output: signal('reals', 5, 6, 7), cost: { realParameters: count, packedBytes: 4 * count, floatMacs: 30 * count } })
  })

  test('what cannot be', () => {
    expect(inferred(conv2d, [signal('bits', 64)], { filters: 7 })).toEqual(['needsPicture'])
    expect(inferred(conv2d, [signal('bits', 4, 4, 1)], { filters: 7, kernel: 9, padding: 2 })).toEqual(['windowTooLarge'])
    expect(inferred(conv2d, [signal('bits', 4, 4, 1)], { filters: 7, kernel: 3, padding: 3 })).toEqual(['paddingTooWide'])
    expect(inferred(conv2d, [signal('bits', 64, 64, 2048)], { filters: 65536, kernel: 5 })).toEqual(['tooLarge'])
    expect(inferred(conv2d, [signal('bits', 64, 64, 8)], { filters: 65536 })).toEqual(['tooLarge'])
  })
})

describe('pools', () => {
  test('shapes: places left over at the end are not read', () => {
    expect(shapeOf(maxPool, signal('integers', 32, 32, 5), {})).toEqual([16, 16, 5])
    expect(shapeOf(maxPool, signal('integers', 5, 4, 5), {})).toEqual([2, 2, 5])
    expect(shapeOf(maxPool, signal('integers', 55, 55, 5), { size: 3 })).toEqual([27, 27, 5])
    expect(shapeOf(avgPool, signal('integers', 5, 5, 5), { size: 3, stride: 1, padding: 1 })).toEqual([5, 5, 5])
    expect(shapeOf(maxPool, signal('integers', 1, 1, 5), {})).toEqual(['windowTooLarge'])
    expect(shapeOf(maxPool, signal('integers', 4, 4, 5), { padding: 2 })).toEqual(['paddingTooWide'])
    expect(shapeOf(globalAvgPool, signal('integers', 5, 4, 6), {})).toEqual([6])
  })

  test.each([
    ['pixels', undefined, undefined], ['bits', 'bits', 'reals'], ['ternary', undefined, 'reals'], ['integers', 'integers', 'reals'], ['reals', 'reals', 'reals'],
  ] as const)('%s: a maximum is %s, a mean %s', (flow, maximum, mean) => {
    const source = [signal(flow, 4, 6, 3)]
    expect(inferred(maxPool, source)).toEqual(maximum ? { output: signal(maximum, 2, 3, 3), cost: {} } : ['wrongFlow'])
    expect(inferred(avgPool, source)).toEqual(mean ? { output: signal(mean, 2, 3, 3), cost: { floatMacs: 18 * 4 } } : ['wrongFlow'])
    expect(inferred(globalAvgPool, source)).toEqual(mean ? { output: signal(mean, 3), cost: { floatMacs: 72 } } : ['wrongFlow'])
  })

  test('take pictures', () => {
    for (const kind of [maxPool, avgPool, globalAvgPool]) expect(inferred(kind, [signal('reals', 8)])).toEqual(['needsPicture'])
  })
})

describe('concat', () => {
  test('adds up channels, keeps the flow; vectors as well', () => {
    expect(inferred(concat, [signal('bits', 4, 4, 8), signal('bits', 4, 4, 40)])).toEqual({ output: signal('bits', 4, 4, 48), cost: {} })
    expect(inferred(concat, [signal('reals', 8), signal('reals', 3), signal('reals', 1)], { inputs: 3 })).toEqual({ output: signal('reals', 12), cost: {} })
    expect(concat.ports?.({ inputs: 3 })).toEqual(['in1', 'in2', 'in3'])
  })

  test('each branch that does not fit is a problem of its own', () => {
    const result = concat.infer([signal('bits', 8, 8, 3), signal('bits', 4, 4, 5), signal('reals', 4, 3, 2)], { inputs: 3 }, 'n')
    expect(result.problems?.map(({ code, port, message }) => [code, port, message])).toEqual([
      ['shapesDiffer', 'in1', 'n cannot join in1, 8 × 8 × 3, with in3, 4 × 3 × 2: the heights and widths differ'],
      ['shapesDiffer', 'in2', 'n cannot join in2, 4 × 4 × 5, with in3, 4 × 3 × 2: the widths differ'],
      ['flowsDiffer', 'in3', 'n.in3 gets a picture of 4 × 3 × 2 reals, but in1 a picture of 8 × 8 × 3 bits; what is put side by side must be of one kind'],
    ])
    expect(inferred(concat, [signal('bits', 4, 4, 8), signal('bits', 8)])).toEqual(['needsVector'])
    expect(inferred(concat, [signal('reals', 8), signal('integers', 8)])).toEqual(['flowsDiffer'])
    expect(inferred(concat, [signal('pixels', 2 ** 22 + 1), signal('pixels', 2 ** 22)])).toEqual(['tooLarge'])
  })
})

describe('add', () => {
  test('integers and bits add up to integers, anything real to reals', () => {
    const flows: [Flow, Flow, Flow][] = [['integers', 'integers', 'integers'], ['bits', 'integers', 'integers'], ['ternary', 'integers', 'reals'], ['reals', 'integers', 'reals']]
    for (const [a, b, sum] of flows) expect(inferred(add, [signal(a, 4, 4, 3), signal(b, 4, 4, 3)])).toEqual({ output: signal(sum, 4, 4, 3), cost: {} })
    expect(inferred(add, [signal('pixels', 4, 4, 3), signal('integers', 4, 4, 3)])).toEqual(['wrongFlow'])
  })

  test('says what differs', () => {
    const message = (a: Signal, b: Signal): string | undefined => add.infer([a, b], {}, 'n').problems?.[0]?.message
    expect(message(signal('reals', 8, 8, 3), signal('reals', 4, 4, 5))).toBe('n cannot join a, 8 × 8 × 3, with b, 4 × 4 × 5: the heights, widths and channels differ')
    expect(message(signal('reals', 8), signal('reals', 9))).toBe('n cannot join b, 9, with a, 8: the lengths differ')
    expect(message(signal('reals', 4, 4, 2), signal('reals', 32))).toBe('n.a gets a picture of 4 × 4 × 2 reals, but b a vector of 32 reals; branches meet in the same form')
  })
})

describe('fixes', () => {
  /** What is left of the problems once the first fix of the first one is taken. */
  function mended(steps: readonly Step[], edges?: readonly string[]): { label: string; left: string[] } {
    const architecture = edges ? graph(steps, edges) : chain(...steps)
    const [problem] = inferArchitecture(architecture).problems
    const fix = problem?.fixes[0] as Problem['fixes'][number]
    return { label: fix.label, left: codes(inferArchitecture(applyFix(architecture, fix)).problems) }
  }
  const end: Step[] = [['n', 'batchNorm'], ['s', 'sign'], ['f', 'flatten'], ['d', 'dense', { units: 3 }], ['m', 'batchNorm'], ['head', 'head']]

  test('a kernel larger than the picture is made smaller; padding as wide as the kernel, narrower', () => {
    expect(mended([INPUT, ['c', 'conv2d', { filters: 4, kernel: 9, padding: 1 }], ...end])).toEqual({ label: 'Use a kernel of 3 × 3', left: [] })
    expect(mended([INPUT, ['c', 'conv2d', { filters: 4, padding: 5 }], ...end])).toEqual({ label: 'Pad by 2', left: [] })
    const [problem] = inferArchitecture(chain(INPUT, ['c', 'conv2d', { filters: 4, kernel: 9, padding: 1 }])).problems
    expect(problem?.message).toBe('c has a kernel of 9 × 9, larger than the picture: that is 4 × 3, 6 × 5 with its padding')
    expect(problem?.fixes[1]).toMatchObject({ label: 'Pad by 3', set: { padding: 3 } })
  })

  test('a pool of pixels goes', () => {
    expect(mended([INPUT, ['p', 'maxPool'], ['c', 'conv2d', { filters: 4 }], ...end])).toEqual({ label: 'Remove p', left: [] })
  })

  test('branches of different size meet behind a projection', () => {
    const steps: Step[] = [INPUT, ['c', 'conv2d', { filters: 4 }], ['p', 'maxPool'], ['c2', 'conv2d', { filters: 8, stride: 1 }], ['add', 'add'], ...end]
    const tail = ['add n', 'n s', 's f', 'f d', 'd m', 'm head']
    expect(inferArchitecture(graph(steps, ['input c', 'c p', 'input c2', 'p add:a', 'c2 add:b', ...tail])).problems).toMatchObject([
      { code: 'shapesDiffer', port: 'b', fixes: [{ label: 'Remove add' }] },
    ])
    const even: Step[] = [['input', 'input', { height: 4, width: 4, channels: 1 }], ...steps.slice(1)]
    const { label, left } = mended(even, ['input c', 'c p', 'input c2', 'p add:a', 'c2 add:b', ...tail])
    expect(label).toBe('Insert a 1 × 1 convolution of 4 filters and stride 2')
    expect(left).toEqual(['nothingNonLinear'])
  })

  test('sums beside bits get a sign', () => {
    const steps: Step[] = [INPUT, ['c', 'conv2d', { filters: 4 }], ['n1', 'batchNorm'], ['s1', 'sign'], ['both', 'concat'], ['f', 'flatten'], ['d', 'dense', { units: 3 }], ['m', 'batchNorm'], ['head', 'head']]
    const edges = ['input c', 'c n1', 'n1 s1', 'n1 both:in1', 's1 both:in2', 'both f', 'f d', 'd m', 'm head']
    expect(mended(steps, edges)).toEqual({ label: 'Insert a sign', left: [] })
  })

  test('outputs beyond the limit: fewer filters, or a larger stride', () => {
    const wide = chain(['input', 'input', { height: 2048, width: 2048, channels: 2 }], ['c', 'conv2d', { filters: 64 }])
    const [problem] = inferArchitecture(wide).problems
    expect(problem).toMatchObject({ code: 'tooLarge', message: 'c would give 268,435,456 values an image; at most 8,388,608 are possible', fixes: [{ label: 'Use 2 filters' }] })
    const grown = conv2d.infer([signal('bits', 2896, 2896, 1)], conv2d.attributes.parse({ filters: 4, kernel: 64, padding: 63 }), 'n')
    expect(grown.problems?.[0]?.fixes).toEqual([{ label: 'Use a stride of 2 and 3 filters', node: 'n', set: { stride: 2, filters: 3 } }])
    expect(Math.floor((2896 + 126 - 64) / 2 + 1) ** 2 * 3).toBeLessThanOrEqual(MAX_VALUES)
  })
})

test('advice: a bias is lost behind a pool too, and two convolutions in a row are one', () => {
  const advice = (...steps: Step[]): string[] => codes(inferArchitecture(chain(INPUT, ...steps, ['s', 'sign'], ['f', 'flatten'], ['d', 'dense', { units: 3 }], ['m', 'batchNorm'], ['head', 'head'])).problems)
  expect(advice(['c', 'conv2d', { filters: 4, bias: true }], ['p', 'maxPool'], ['n', 'batchNorm'])).toEqual(['biasBeforeBatchNorm'])
  expect(advice(['c', 'conv2d', { filters: 4 }], ['p', 'avgPool'], ['c2', 'conv2d', { filters: 4 }], ['n', 'batchNorm'])).toEqual(['nothingNonLinear'])
  expect(advice(['c', 'conv2d', { filters: 4 }], ['p', 'maxPool'], ['c2', 'conv2d', { filters: 4 }], ['n', 'batchNorm'])).toEqual([])
  expect(hasErrors(inferArchitecture(chain(INPUT, ['c', 'conv2d', { filters: 4 }], ['g', 'globalAvgPool'], ['head', 'head'])))).toBe(false)
})
