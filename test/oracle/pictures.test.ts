import { describe, expect, it } from 'vitest'
import { relativeError } from './compare.ts'
import { chainProject, clusteredImages, graphProject, numericGradient, randomLabels, randomPixels, uniformValues, type RecipeFields, type Step } from './examples.ts'
import { Stream, fillUniform, streamKey, threefry2x32, unitFloat } from '../../core/random.ts'
import { OracleNetwork, type Evaluation, type NodeTrace } from './network.ts'
import { at } from './numbers.ts'
import { named } from './parameters.ts'

const HALF_RANGE = { scale: 2 / 255, offset: -1 }
const BYTES = { scale: 1, offset: 0 }
const input = (height: number, width: number, channels: number): Step => ['in', 'input', { height, width, channels }]

function traced(result: Evaluation, id: string): NodeTrace {
  const trace = result.trace.get(id)
  if (trace === undefined) throw new Error(`no trace of ${id}`)
  return trace
}

describe('a convolution in a network', () => {
  const project = (recipe: RecipeFields = {}): OracleNetwork => new OracleNetwork(chainProject(
    [input(3, 3, 2), ['c', 'conv2d', { filters: 4, bias: true }], ['flat', 'flatten'], ['out', 'head']], { seed: 99, clip: 'off', ...recipe },
  ), HALF_RANGE)

  it('starts as a dense layer of its taps: U(-1, 1), or within 1 / sqrt(k * k * channels)', () => {
    const drawn = (bound: number): Float64Array => Float64Array.from(fillUniform(new Float32Array(18 * 4), streamKey(99, Stream.initialWeights, 1), -bound, bound))
    expect(project().parameters.get('c.weight')).toEqual(drawn(1))
    expect(project({ weightInit: 'fanIn' }).parameters.get('c.weight')).toEqual(drawn(1 / Math.sqrt(18)))
    expect(project().parameters.get('c.bias')).toEqual(new Float64Array(4))
  })

  it('has the fans k * k * channels and k * k * filters in its factor', () => {
    const moved = (recipe: RecipeFields): number => {
      const network = project(recipe)
      const { gradients } = network.trainStep(randomPixels(2 * 18, 1), [0, 1], 1, 0)
      return at(named(network.parameters, 'c.bias'), 0) / (-0.1 * at(named(new Map(gradients), 'c.bias'), 0))
    }
    expect(moved({ layerScale: { mode: 'exact' } })).toBeCloseTo(Math.sqrt(9 * (2 + 4) / 1.5), 10)
    expect(moved({ layerScale: { mode: 'powerOfTwo' } })).toBeCloseTo(8, 10)
  })

  it('pads with nothing: a black border is not the same as pixels outside', () => {
    // Pixels of 0 mean -1: the middle sees nine of them, a corner four.
    const network = new OracleNetwork(chainProject([input(3, 3, 1), ['c', 'conv2d', { filters: 1 }], ['flat', 'flatten'], ['out', 'head']]), HALF_RANGE)
    network.parameters.set('c.weight', new Float64Array(9).fill(1))
    expect([...network.evaluate(new Uint8Array(9), [0]).scores]).toEqual([-4, -6, -4, -6, -9, -6, -4, -6, -4])
  })

  it('normalises per channel over all positions of all images', () => {
    const network = new OracleNetwork(chainProject([input(4, 4, 1), ['c', 'conv2d', { filters: 3 }], ['norm', 'batchNorm', { momentum: 1, running: 'variance' }], ['flat', 'flatten'], ['out', 'head']]), HALF_RANGE)
    const result = network.trainStep(randomPixels(5 * 16, 1), [0, 1, 2, 0, 1], 1, 0)
    const { statistics, rows, columns } = traced(result, 'norm')
    expect([rows, columns, network.parameters.get('norm.gamma')?.length]).toEqual([80, 3, 3])
    const column = traced(result, 'c').output.filter((_, i) => i % 3 === 1)
    const mean = column.reduce((sum, value) => sum + value / 80, 0)
    expect(at(statistics?.mean ?? [], 1)).toBeCloseTo(mean, 12)
    expect(at(named(network.states, 'norm.runningVariance'), 1)).toBeCloseTo(column.reduce((sum, value) => sum + (value - mean) ** 2 / 79, 0), 12)
  })
})

describe('draws on pictures', () => {
  const rest: Step[] = [['flat', 'flatten'], ['a', 'dense', { units: 3 }], ['out', 'head']]

  it('count positions as rows: (n * H + h) * W + w, and words of its channels', () => {
    const network = new OracleNetwork(chainProject([input(2, 3, 40), ['drop', 'dropout', { rate: 0.5 }], ...rest], { seed: 7 }), BYTES)
    const { output } = traced(network.trainStep(new Uint8Array(2 * 240).fill(1), [0, 1], 5, 0), 'drop')
    const key = streamKey(7, Stream.dropout, 1)
    for (const [row, channel] of [[0, 0], [3, 1], [11, 37], [6, 32]] as const) {
      const block = threefry2x32(key, [(row * 2 + (channel >> 5)) * 16 + ((channel & 31) >> 1), 5])
      expect(at(output, row * 40 + channel)).toBe(unitFloat(at(block, channel & 1)) >= 0.5 ? 2 : 0)
    }
  })

  it('commute with flatten where channels fill whole words, and only there', () => {
    const scores = (channels: number): boolean => {
      // The ordinals must agree as well: a second dropout of rate 0 takes the other place.
      const tail = rest.slice(1)
      const before = chainProject([input(2, 3, channels), ['none', 'dropout', { rate: 0 }], ['drop', 'dropout'], ['flat', 'flatten'], ...tail])
      const after = chainProject([input(2, 3, channels), ['flat', 'flatten'], ['drop', 'dropout'], ['none', 'dropout', { rate: 0 }], ...tail])
      const [one, two] = [before, after].map(each => new OracleNetwork(each, HALF_RANGE).trainStep(randomPixels(4 * 6 * channels, 3), [0, 1, 2, 0], 1, 0).scores.join())
      return one === two
    }
    expect([scores(32), scores(64), scores(20)]).toEqual([true, true, false])
  })

  it('stochastic signs of a picture, packed position by position', () => {
    const network = new OracleNetwork(chainProject([input(2, 2, 1), ['c', 'conv2d', { filters: 33 }], ['n', 'batchNorm'], ['s', 'sign', { mode: 'stochastic' }], ['p', 'maxPool'], ...rest], { seed: 7 }), HALF_RANGE)
    const result = network.trainStep(randomPixels(4 * 3, 1), [0, 1, 2], 4, 0)
    const [norm, bits, pooled] = ['n', 's', 'p'].map(id => traced(result, id))
    const key = streamKey(7, Stream.stochasticSign, 3)
    for (let row = 0; row < 12; row++) {
      const [u] = threefry2x32(key, [(row * 2 + 1) * 16, 4])
      const y = at(norm?.output ?? [], row * 33 + 32)
      expect(at(bits?.output ?? [], row * 33 + 32)).toBe(unitFloat(u) < Math.min(1, Math.max(0, (y + 1) / 2)) ? 1 : -1)
    }
    expect([bits?.bits?.length, pooled?.bits?.length, pooled?.exact]).toEqual([24, 6, true])
    // A maximum of bits is an OR.
    for (let word = 0; word < 2; word++) {
      const or = [0, 1, 2, 3].reduce((all, row) => (all | at(bits?.bits ?? [], row * 2 + word)) >>> 0, 0)
      expect(at(pooled?.bits ?? [], word)).toBe(or)
    }
  })
})

describe('gradients of a smooth network of branches', () => {
  const steps: Step[] = [
    input(4, 4, 2), ['c1', 'conv2d', { filters: 3, weights: 'real', bias: true }], ['n1', 'batchNorm'], ['a1', 'activation', { function: 'hardTanh' }],
    ['left', 'conv2d', { filters: 4, kernel: 3, stride: 2, weights: 'real' }], ['right', 'avgPool', { size: 2, stride: 2, padding: 1 }], ['project', 'conv2d', { filters: 4, kernel: 2, padding: 0, weights: 'real' }],
    ['padded', 'maxPool', { size: 3, stride: 2, padding: 1 }], ['both', 'concat', { inputs: 3 }], ['n2', 'batchNorm', { beta: false }], ['c2', 'conv2d', { filters: 3, weights: 'real' }],
    ['short', 'conv2d', { filters: 3, kernel: 1, weights: 'real' }], ['sum', 'add'], ['drop', 'dropout', { rate: 0.25 }], ['pool', 'globalAvgPool'], ['fc', 'dense', { units: 3, weights: 'real' }],
    ['main', 'head', { loss: 'crossEntropy' }], ['flat', 'flatten'], ['fc2', 'dense', { units: 3, weights: 'real' }], ['side', 'head', { weight: 0.3 }],
  ]
  const links = [
    'in c1', 'c1 n1', 'n1 a1', 'a1 left', 'a1 right', 'right project', 'a1 padded', 'left both:in1', 'project both:in2', 'padded both:in3', 'both n2', 'n2 c2', 'n2 short', 'c2 sum:a', 'short sum:b',
    'sum drop', 'drop pool', 'pool fc', 'fc main', 'sum flat', 'flat fc2', 'fc2 side',
  ]
  const edges = links.map(link => {
    const [from, to = ''] = link.split(' ')
    const [node, port = 'in'] = to.split(':')
    return { from: { node: from }, to: { node, port } }
  })
  const project = graphProject(steps, edges)
  const [pixels, labels] = [randomPixels(3 * 32, 5), randomLabels(3, 3, 6)]

  it('agree with finite differences of the loss', () => {
    const start = new OracleNetwork(project, HALF_RANGE).parameters
    start.set('n1.beta', uniformValues(3, 8))
    start.set('n2.gamma', uniformValues(11, 9, 0.5, 2))
    const step = (): ReturnType<OracleNetwork['trainStep']> => {
      const network = new OracleNetwork(project, HALF_RANGE)
      for (const [name, values] of start) network.parameters.set(name, values.slice())
      return network.trainStep(pixels, labels, 3, 0)
    }
    const { gradients, margin } = step()
    expect(margin.categories.kink).toBeGreaterThan(1e-4)
    expect(margin.categories.maxPool).toBeGreaterThan(1e-4)
    expect(gradients.size).toBe(11)
    for (const [name, gradient] of gradients) {
      const numeric = numericGradient(() => step().loss, named(start, name), 1e-6)
      // c1.bias stands before batch norm, so its gradient is 0: compare against the size of the loss.
      expect(relativeError(gradient, numeric, name === 'c1.bias' ? 1 : 0), name).toBeLessThan(1e-6)
    }
  }, 60_000)

  it('refuse branches that do not meet', () => {
    const wrong = graphProject([input(4, 4, 1), ['c', 'conv2d', { filters: 2 }], ['d', 'conv2d', { filters: 3 }], ['sum', 'add'], ['flat', 'flatten'], ['out', 'head']], [
      { from: { node: 'in' }, to: { node: 'c' } }, { from: { node: 'in' }, to: { node: 'd' } }, { from: { node: 'c' }, to: { node: 'sum', port: 'a' } },
      { from: { node: 'd' }, to: { node: 'sum', port: 'b' } }, { from: { node: 'sum' }, to: { node: 'flat' } }, { from: { node: 'flat' }, to: { node: 'out' } },
    ])
    expect(() => new OracleNetwork(wrong, BYTES)).toThrow('the inputs of sum differ in channels')
  })
})

describe('ties of a max-pool', () => {
  /** The maxPool margin of a step over a constant picture of 6 x 6, where sums of whole windows are equal. */
  function margin(middle: readonly Step[], pixelMap = HALF_RANGE): number {
    const steps: Step[] = [input(6, 6, 1), ...middle, ['p', 'maxPool'], ['n', 'batchNorm'], ['flat', 'flatten'], ['out', 'head']]
    return new OracleNetwork(chainProject(steps), pixelMap).trainStep(new Uint8Array(72).fill(77), [0, 1], 1, 0).margin.categories.maxPool
  }
  const inside: Step = ['c', 'conv2d', { filters: 2, padding: 0 }]
  const reals: Step = ['c', 'conv2d', { filters: 2, padding: 0, weights: 'real', bias: true }]

  it('are certain for sums of pixels inside, as they are or normalised: the same whole numbers, the first wins', () => {
    expect(margin([inside])).toBe(Infinity)
    expect(margin([inside, ['m', 'batchNorm']])).toBe(Infinity)
    expect(margin([inside, ['m', 'batchNorm'], ['s', 'sign'], ['c2', 'conv2d', { filters: 3, padding: 0, bias: true }]])).toBe(Infinity)
  })

  it('are in doubt for real sums, but for what an activation clips', () => {
    expect(margin([reals])).toBe(0)
    expect(margin([inside, ['m', 'avgPool', { stride: 1 }]])).toBe(0)
    const network = (bias: number): OracleNetwork => {
      const made = new OracleNetwork(chainProject([input(6, 6, 1), reals, ['r', 'activation'], ['p', 'maxPool'], ['flat', 'flatten'], ['out', 'head']]), HALF_RANGE)
      made.parameters.set('c.bias', Float64Array.of(bias, bias))
      return made
    }
    const of = (bias: number): number => network(bias).trainStep(new Uint8Array(36).fill(77), [0], 1, 0).margin.categories.maxPool
    expect([of(-9), of(9)]).toEqual([Infinity, 0])
  })

  it('are in doubt for sums of pixels at the border, which are made of other weights', () => {
    const network = new OracleNetwork(chainProject([input(2, 2, 1), ['c', 'conv2d', { filters: 1 }], ['p', 'maxPool'], ['flat', 'flatten'], ['out', 'head']]), { scale: 1 / 256, offset: -0.25 })
    // Every place sees all four pixels, 0, 0, 1 / 8 and 0; the weight of -1 falls on a 0 or outside, so all sums are 1 / 8.
    network.parameters.set('c.weight', Float64Array.of(1, 1, 1, 1, 1, -1, 1, 1, 1))
    expect(network.trainStep(Uint8Array.of(64, 64, 96, 64), [0], 1, 0).margin.categories.maxPool).toBe(0)
  })

  it('of bits that dropout scaled are certain, since the sums behind are whole numbers', () => {
    const steps: Step[] = [input(4, 4, 1), ['c', 'conv2d', { filters: 5 }], ['n', 'batchNorm'], ['s', 'sign'], ['drop', 'dropout', { rate: 0.3 }], ['c2', 'conv2d', { filters: 6 }], ['p', 'maxPool'], ['m', 'batchNorm'], ['flat', 'flatten'], ['out', 'head']]
    const { margin: found } = new OracleNetwork(chainProject(steps), HALF_RANGE).trainStep(randomPixels(16 * 8, 3), randomLabels(8, 4, 2), 1, 0)
    // Whole numbers times 1 / 0.7, none larger than 45 of them.
    expect(found.categories.maxPool).toBeGreaterThan(1 / 50)
    expect(found.categories.maxPool).toBeLessThan(Infinity)
  })
})

describe('learning', () => {
  it('a binary convolutional network with pools separates four clusters', () => {
    const { pixels, labels } = clusteredImages(40, 36, 4, 0.2, 11)
    const project = chainProject([
      input(6, 6, 1), ['c1', 'conv2d', { filters: 8 }], ['n1', 'batchNorm'], ['s1', 'sign'], ['c2', 'conv2d', { filters: 12 }], ['p2', 'maxPool'], ['n2', 'batchNorm'], ['s2', 'sign'],
      ['flat', 'flatten'], ['fc', 'dense', { units: 4 }], ['n3', 'batchNorm'], ['out', 'head'],
    ], { optimizer: { kind: 'adam' }, learningRate: { start: 3e-3, schedule: { kind: 'constant' } }, layerScale: { mode: 'exact' } })
    const network = new OracleNetwork(project, HALF_RANGE)
    const losses: number[] = []
    for (let step = 0; step < 24; step++) {
      const from = (step % 2) * 20
      losses.push(network.trainStep(pixels.slice(from * 36, (from + 20) * 36), labels.slice(from, from + 20), step + 1, 0).loss)
    }
    expect(at(losses, 23)).toBeLessThan(0.5 * at(losses, 0))
    expect(network.evaluate(pixels, labels).errors).toBeLessThan(4)
  }, 60_000)
})
