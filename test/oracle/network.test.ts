import { describe, expect, it } from 'vitest'
import type { Project } from '../../core/architecture/project.ts'
import { relativeError } from './compare.ts'
import { chainProject, clusteredImages, graphProject, numericGradient, randomLabels, randomPixels, uniformValues, type RecipeFields, type Step } from './examples.ts'
import { topologicalOrder } from './graph.ts'
import { at } from './numbers.ts'
import { named } from './parameters.ts'
import { OracleNetwork } from './network.ts'

const HALF_RANGE = { scale: 2 / 255, offset: -1 }
const BYTES = { scale: 1, offset: 0 }
const INPUT: Step = ['in', 'input', { height: 2, width: 3, channels: 1 }]

function trace(result: ReturnType<OracleNetwork['evaluate']>, id: string): Float64Array {
  return named(new Map([...result.trace].map(([name, { output }]) => [name, output])), id)
}

describe('a step worked out by hand', () => {
  const project = chainProject(
    [['in', 'input', { height: 1, width: 2, channels: 1 }], ['flat', 'flatten'], ['fc', 'dense', { units: 2 }], ['out', 'head', { weight: 0.5 }]],
    { learningRate: { start: 0.5, schedule: { kind: 'constant' } } },
  )

  function step(): { network: OracleNetwork; result: ReturnType<OracleNetwork['trainStep']> } {
    const network = new OracleNetwork(project, BYTES)
    network.parameters.set('fc.weight', Float64Array.of(0.5, -0.5, 0.25, 0.125))
    return { network, result: network.trainStep(Uint8Array.of(1, 2), [0], 1, 0) }
  }

  it('forward, loss and gradients', () => {
    // Weights +1 -1 / +1 +1: scores 3, 1. Targets +1, -1: slacks 0, 2: loss 4 / 2, halved by the head's weight.
    const { result } = step()
    expect([...result.scores]).toEqual([3, 1])
    expect(result.loss).toBe(1)
    expect(result.losses.get('out')).toBe(2)
    expect(result.errors).toBe(0)
    expect(result.gradients.get('fc.weight')).toEqual(Float64Array.of(0, 1, 0, 2))
    expect(result.trace.get('flat')?.gradient).toEqual(Float64Array.of(-1, 1))
  })

  it('update, clip, and which signs were close', () => {
    const { network, result } = step()
    expect(network.parameters.get('fc.weight')).toEqual(Float64Array.of(0.5, -1, 0.25, -0.875))
    expect(result.updateMargins.get('fc.weight')).toEqual(Float64Array.of(Infinity, 1, Infinity, 0.875))
    // Integer sums are exact in float32: the scores put nothing in doubt.
    expect(result.margin.gradients).toBe(Infinity)
  })
})

describe('what a step is told reaches the update', () => {
  const steps: Step[] = [INPUT, ['flat', 'flatten'], ['fc', 'dense', { units: 2, bias: true }], ['out', 'head']]
  const [pixels, labels] = [randomPixels(12, 1), [0, 1]]

  /** By how much the first bias moved, and its gradient. */
  function biasMove(recipe: RecipeFields, step: number, epoch: number): { moved: number; gradient: number } {
    const network = new OracleNetwork(chainProject(steps, recipe), HALF_RANGE)
    const { gradients } = network.trainStep(pixels, labels, step, epoch)
    return { moved: at(named(network.parameters, 'fc.bias'), 0), gradient: at(named(new Map(gradients), 'fc.bias'), 0) }
  }

  it('the epoch through the schedule, and the layer factor on the bias', () => {
    const { moved, gradient } = biasMove({ learningRate: { start: 0.5, schedule: { kind: 'halve', every: 1 } }, layerScale: { mode: 'powerOfTwo' } }, 1, 3)
    // 0.5 / 8, times 2^round(log2 sqrt(8 / 1.5) = 1.2).
    expect(gradient).not.toBe(0)
    expect(moved).toBeCloseTo(-0.0625 * 2 * gradient, 14)
  })

  it('the step through the bias correction', () => {
    const { moved, gradient } = biasMove({ optimizer: { kind: 'adam' } }, 50, 0)
    const rate = 0.1 * Math.sqrt(1 - 0.999 ** 50) / (1 - 0.9 ** 50)
    expect(moved).toBeCloseTo(-rate * 0.1 * gradient / (Math.sqrt(0.001) * Math.abs(gradient) + 1e-8), 12)
  })

  it('a bias makes sums of integers inexact', () => {
    const network = new OracleNetwork(chainProject(steps), BYTES)
    const { trace: traced } = network.evaluate(pixels, labels)
    expect([traced.get('flat')?.exact, traced.get('fc')?.exact]).toEqual([true, false])
  })

  it('the number of images through the unbiased running variance', () => {
    const network = new OracleNetwork(chainProject([INPUT, ['flat', 'flatten'], ['fc', 'dense', { units: 2 }], ['norm', 'batchNorm', { momentum: 1, running: 'variance' }], ['out', 'head']]), HALF_RANGE)
    const statistics = network.trainStep(randomPixels(30, 1), [0, 1, 1, 0, 1], 1, 0).trace.get('norm')?.statistics
    expect(at(named(network.states, 'norm.runningVariance'), 0)).toBeCloseTo(at(statistics?.variance ?? [], 0) * 5 / 4, 12)
  })
})

describe('gradients of a smooth network with two heads', () => {
  const steps: Step[] = [
    INPUT, ['flat', 'flatten'], ['a', 'dense', { units: 5, weights: 'real', bias: true }], ['norm', 'batchNorm'], ['act', 'activation', { function: 'relu' }],
    ['b', 'dense', { units: 4, weights: 'real', bias: true }], ['main', 'head', { loss: 'crossEntropy' }],
    ['c', 'dense', { units: 4 }], ['side', 'head', { weight: 0.3 }], ['drop', 'dropout', { rate: 0.25 }],
  ]
  const chain = [['in', 'flat'], ['flat', 'drop'], ['drop', 'a'], ['a', 'norm'], ['norm', 'act'], ['act', 'b'], ['b', 'main'], ['act', 'c'], ['c', 'side']]
  const project = graphProject(steps, chain.map(([from, to]) => ({ from: { node: from }, to: { node: to } })))
  const [pixels, labels] = [randomPixels(7 * 6, 5), randomLabels(7, 4, 6)]

  it('agree with finite differences of the loss', () => {
    const start = new OracleNetwork(project, HALF_RANGE).parameters
    start.set('norm.beta', uniformValues(5, 8))
    start.set('norm.gamma', uniformValues(5, 9, 0.5, 2))
    const lossAt = (): ReturnType<OracleNetwork['trainStep']> => {
      const network = new OracleNetwork(project, HALF_RANGE)
      for (const [name, values] of start) network.parameters.set(name, values.slice())
      return network.trainStep(pixels, labels, 3, 0)
    }
    const { gradients, margin } = lossAt()
    expect(margin.categories.kink).toBeGreaterThan(1e-3)
    for (const [name, gradient] of gradients) {
      // c is binary: its loss is flat in the latent weights, and the straight-through gradient is not its derivative.
      if (name === 'c.weight') continue
      const numeric = numericGradient(() => lossAt().loss, named(start, name), 1e-6)
      // a.bias stands before batch norm, so its gradient is 0: compare against the size of the loss.
      expect(relativeError(gradient, numeric, name === 'a.bias' ? 1 : 0), name).toBeLessThan(1e-6)
    }
  })

  it('the main head is the last in topological order', () => {
    const order = topologicalOrder(project.architecture).map(node => node.id)
    expect(order).toEqual(['in', 'flat', 'drop', 'a', 'norm', 'act', 'b', 'main', 'c', 'side'])
    const result = new OracleNetwork(project, HALF_RANGE).evaluate(pixels, labels)
    expect(result.scores).toEqual(trace(result, 'c'))
    expect(result.loss).toBeCloseTo((result.losses.get('main') ?? NaN) + 0.3 * (result.losses.get('side') ?? NaN), 14)
  })

  it("the recipe's loss overrides every head", () => {
    const overridden: Project = { ...project, recipe: { ...project.recipe, loss: 'crossEntropy' } }
    const [own, other] = [project, overridden].map(each => new OracleNetwork(each, HALF_RANGE).evaluate(pixels, labels).losses)
    expect(other?.get('main')).toBe(own?.get('main'))
    expect(other?.get('side')).not.toBe(own?.get('side'))
  })
})

describe('training and evaluation', () => {
  const steps: Step[] = [
    INPUT, ['flat', 'flatten'], ['drop', 'dropout', { rate: 0.2 }], ['a', 'dense', { units: 33 }], ['norm', 'batchNorm', { momentum: 0.5, running: 'variance' }],
    ['bits', 'sign', { mode: 'stochastic' }], ['drop2', 'dropout'], ['b', 'dense', { units: 3 }], ['norm2', 'batchNorm', { mode: 'shift' }], ['out', 'head'],
  ]
  const project = chainProject(steps)
  const [pixels, labels] = [randomPixels(20 * 6, 1), randomLabels(20, 3, 2)]

  it('starts from float32 values in (-1, 1), and initialise goes back to them', () => {
    const network = new OracleNetwork(project, HALF_RANGE)
    const weight = named(network.parameters, 'a.weight').slice()
    expect(weight.every(w => w === Math.fround(w) && Math.abs(w) <= 1)).toBe(true)
    network.trainStep(pixels, labels, 1, 0)
    expect(network.parameters.get('a.weight')).not.toEqual(weight)
    network.initialise()
    expect(network.parameters.get('a.weight')).toEqual(weight)
    expect(network.states.get('norm.runningVariance')).toEqual(new Float64Array(33).fill(1))
  })

  it('is a pure function of seed and step', () => {
    const [first, again, later] = [1, 1, 2].map(step => new OracleNetwork(project, HALF_RANGE).trainStep(pixels, labels, step, 0))
    expect(again?.gradients).toEqual(first?.gradients)
    expect(later?.loss).not.toBe(first?.loss)
  })

  it('packs the bits of sign and of dropout after it, dropped ones absent', () => {
    const result = new OracleNetwork(project, HALF_RANGE).trainStep(pixels, labels, 1, 0)
    const [bits, dropped] = [result.trace.get('bits'), result.trace.get('drop2')]
    expect(bits?.bits?.length).toBe(20 * 2)
    expect(bits?.presence?.every((word, i) => word === (i % 2 === 0 ? 0xffffffff : 1))).toBe(true)
    for (let word = 0; word < 40; word++) {
      const presence = at(dropped?.presence ?? [], word)
      expect(at(dropped?.bits ?? [], word)).toBe((at(bits?.bits ?? [], word) & presence) >>> 0)
    }
    expect(result.trace.get('drop')?.bits).toBeUndefined()
    // +-1 and dropout's factor 2: the sums behind are integers.
    expect(result.trace.get('b')?.exact).toBe(true)
    expect(result.trace.get('norm')?.exact).toBe(false)
  })

  it('evaluation neither draws nor changes anything, and uses the running statistics', () => {
    const network = new OracleNetwork(project, HALF_RANGE)
    network.trainStep(pixels, labels, 1, 0)
    const before = [...network.parameters, ...network.states].map(([name, values]) => [name, values.slice()])
    const [one, two] = [network.evaluate(pixels, labels), network.evaluate(pixels, labels)]
    expect(two.scores).toEqual(one.scores)
    expect([...network.parameters, ...network.states]).toEqual(before)
    expect(trace(one, 'drop')).toEqual(trace(one, 'flat'))
    const [mean, inverse] = [named(network.states, 'norm.runningMean'), network.runningInverse('norm')]
    expect(at(inverse, 0)).toBe(1 / Math.sqrt(at(named(network.states, 'norm.runningVariance'), 0) + 1e-4))
    const [gamma, beta] = ['norm.gamma', 'norm.beta'].map(name => at(named(network.parameters, name), 0))
    expect(at(trace(one, 'norm'), 0)).toBeCloseTo((at(trace(one, 'a'), 0) - at(mean, 0)) * at(inverse, 0) * (gamma ?? NaN) + (beta ?? NaN), 12)
  })

  it('an image of the batch is scored alike on its own in evaluation', () => {
    const network = new OracleNetwork(project, HALF_RANGE)
    network.trainStep(pixels, labels, 1, 0)
    const all = network.evaluate(pixels, labels).scores
    expect(network.evaluate(pixels.slice(6, 12), labels.slice(1, 2)).scores).toEqual(all.slice(3, 6))
  })

  it('clips what the recipe says', () => {
    const largest = (clip: RecipeFields['clip'], name: string): number => {
      const network = new OracleNetwork(chainProject(steps, { clip, learningRate: { start: 1000, schedule: { kind: 'constant' } } }), HALF_RANGE)
      network.trainStep(pixels, labels, 1, 0)
      return named(network.parameters, name).reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    }
    expect(largest('binaryWeights', 'b.weight')).toBe(1)
    expect(largest('binaryWeights', 'norm2.beta')).toBeGreaterThan(1)
    expect(largest('everything', 'norm2.beta')).toBe(1)
    expect(largest('off', 'b.weight')).toBeGreaterThan(1)
  })

  it('flags a bias before batch norm: its gradient is nothing but rounding', () => {
    const biased = chainProject([INPUT, ['flat', 'flatten'], ['a', 'dense', { units: 3, bias: true }], ['norm', 'batchNorm'], ['out', 'head']], { optimizer: { kind: 'adam' } })
    const { updateMargins, margin } = new OracleNetwork(biased, HALF_RANGE).trainStep(pixels, labels, 1, 0)
    expect(Math.max(...named(new Map(updateMargins), 'a.bias'))).toBeLessThan(1e-12)
    expect(margin.categories.cancellation).toBeLessThan(1e-12)
  })

  it('refuses what it does not know', () => {
    expect(() => new OracleNetwork(chainProject([INPUT, ['x', 'conv9'], ['out', 'head']]), BYTES)).toThrow('conv9')
    expect(() => new OracleNetwork(chainProject([INPUT, ['x', 'sign', { colour: 1 }], ['out', 'head']]), BYTES)).toThrow('colour')
    expect(() => new OracleNetwork(project, BYTES).evaluate(pixels, labels.map(() => 3))).toThrow('label 3')
    expect(() => new OracleNetwork(project, BYTES).evaluate(pixels.slice(1), labels)).toThrow(RangeError)
  })
})

describe('learning', () => {
  const { pixels, labels } = clusteredImages(120, 36, 4, 0.3, 11)
  const recipes: Record<string, RecipeFields> = {
    adam: { optimizer: { kind: 'adam' }, learningRate: { start: 3e-3, schedule: { kind: 'constant' } }, layerScale: { mode: 'exact' } },
    'adamax, paper': { optimizer: { kind: 'adamaxShift' }, learningRate: { start: 2 ** -6, schedule: { kind: 'halve', every: 2 } }, layerScale: { mode: 'powerOfTwo' } },
    'adamax, torch': { optimizer: { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999 }, learningRate: { start: 2 ** -6, schedule: { kind: 'halve', every: 2 } }, layerScale: { mode: 'exact' } },
    bop: { optimizer: { kind: 'bop', threshold: 1e-6, gamma: 0.02 }, learningRate: { start: 0.01, schedule: { kind: 'linear' } } },
    sgd: { optimizer: { kind: 'sgd', momentum: 0.9 }, learningRate: { start: 0.05, schedule: { kind: 'constant' } }, layerScale: { mode: 'exact' } },
  }

  it.each(Object.keys(recipes))('%s lowers the loss of a binary network and separates four clusters', name => {
    const shift = name.startsWith('adamax')
    const project = chainProject([
      ['in', 'input', { height: 6, width: 6, channels: 1 }], ['flat', 'flatten'], ['a', 'dense', { units: 24 }], ['norm', 'batchNorm', { mode: shift ? 'shift' : 'vanilla' }],
      ['bits', 'sign', { mode: shift ? 'stochastic' : 'deterministic' }], ['b', 'dense', { units: 4 }], ['norm2', 'batchNorm'], ['out', 'head'],
    ], recipes[name])
    const network = new OracleNetwork(project, HALF_RANGE)
    const losses: number[] = []
    for (let epoch = 0; epoch < 10; epoch++) {
      for (let batch = 0; batch < 6; batch++) {
        const [from, to] = [batch * 20, batch * 20 + 20]
        losses.push(network.trainStep(pixels.slice(from * 36, to * 36), labels.slice(from, to), losses.length + 1, epoch).loss)
      }
    }
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean(losses.slice(-6))).toBeLessThan(0.6 * mean(losses.slice(0, 3)))
    expect(network.evaluate(pixels, labels).errors).toBeLessThan(6)
  })
})
