import { describe, expect, test } from 'vitest'
import { optimizerSlots, savedBitsOf, totalsOf, trainingMemory } from '../../../core/architecture/costs.ts'
import { inferArchitecture, type Inference, type InferredNode } from '../../../core/architecture/infer.ts'
import { chain, graph, INPUT, sound } from './graphs.ts'

const inference = inferArchitecture(sound())
const weights = 24 * 8 + 8 * 6 + 6 * 3
const channels = 8 + 6 + 3

describe('totals', () => {
  test('of the sound network, counted by hand', () => {
    expect(totalsOf(inference)).toEqual({
      binaryParameters: weights,
      realParameters: 2 * channels,
      parameters: weights + 2 * channels,
      stateValues: 2 * channels,
      packedBytes: 24 + 6 + 3 + 8 * channels,
      binaryMacs: weights,
      floatMacs: channels,
      macs: weights + channels,
      // One word holds up to 32 inputs; the first layer reads eight bit planes.
      xnorWords: 8 * 8 + 6 + 3,
      // Pixels; output and mask of both signs; dropout; scores.
      savedBits: 8 * 24 + 2 * (8 + 6) + 8 + 32 * 3,
    })
  })

  test('leave out what is not known', () => {
    expect(totalsOf(inferArchitecture({ version: 1, nodes: [], edges: [] }))).toMatchObject({ parameters: 0, macs: 0 })
    expect(totalsOf(inferArchitecture(chain(INPUT, ['d', 'dense', { units: 3 }])))).toMatchObject({ parameters: 0 })
  })
})

describe('training memory', () => {
  const recipe = { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, activations: 'recompute', batchSize: 100 } as const
  const parameters = weights + 2 * channels

  test('counts parameters, gradients, optimizer state and kept bits', () => {
    const memory = trainingMemory(inference, recipe)
    expect(memory).toEqual({
      parameters: 4 * (parameters + 2 * channels) + Math.ceil(weights / 8),
      gradients: 4 * parameters,
      optimizerState: 8 * parameters,
      savedActivations: Math.ceil((100 * (8 * 24 + 2 * 14 + 8 + 96)) / 8),
      // Every output but that of flatten: 24, 3 x 8, 8 dropped, 3 x 6, 2 x 3.
      floatTwinActivations: 100 * 4 * (24 + 24 + 8 + 18 + 6),
      total: memory.parameters + memory.gradients + memory.optimizerState + memory.savedActivations,
    })
  })

  test('sgd keeps one value a parameter, and so does Bop for binary weights; the others two', () => {
    expect((['sgd', 'bop', 'adam', 'adamaxShift'] as const).map(kind => optimizerSlots(kind))).toEqual([{ real: 1, binary: 1 }, { real: 2, binary: 1 }, { real: 2, binary: 2 }, { real: 2, binary: 2 }])
    expect(trainingMemory(inference, { ...recipe, optimizer: { kind: 'sgd', momentum: 0 } }).optimizerState).toBe(4 * parameters)
  })

  test('sums in front of batch normalisation stay only if the recipe keeps them', () => {
    const node = inference.nodes.get('norm1')
    expect(node && [savedBitsOf(node, 'recompute', inference), savedBitsOf(node, 'keep', inference)]).toEqual([0, 32 * 8])
    const more = trainingMemory(inference, { ...recipe, activations: 'keep' }).savedActivations - trainingMemory(inference, recipe).savedActivations
    expect(more).toBe(100 * 4 * channels)
  })
  test('so do sums in front of a max-pool, which finds its maxima again otherwise; bits stay anyway', () => {
    const pooled = inferArchitecture(chain(INPUT, ['c', 'conv2d', { filters: 4 }], ['p', 'maxPool'], ['n', 'batchNorm'], ['s', 'sign'], ['q', 'maxPool', { size: 1 }]))
    const kept = (id: string): number[] => {
      const node = pooled.nodes.get(id)
      return node ? [savedBitsOf(node, 'recompute', pooled), savedBitsOf(node, 'keep', pooled)] : []
    }
    expect(kept('p')).toEqual([0, 32 * 4 * 3 * 4])
    expect(kept('n')).toEqual([0, 32 * 2 * 1 * 4])
    expect(kept('q')).toEqual([0, 0])
  })

  test('what is no product stays as float32 if backward reads it again: behind a shortcut, not behind a convolution', () => {
    const values = 4 * 3 * 5
    const residual = (gradient: string): Inference => inferArchitecture(graph(
      [INPUT, ['c', 'conv2d', { filters: 5 }], ['n', 'batchNorm'], ['s', 'sign', { gradient }], ['d', 'conv2d', { filters: 5 }], ['m', 'batchNorm'], ['sum', 'add'], ['t', 'sign', { gradient }], ['e', 'conv2d', { filters: 2 }]],
      ['input c', 'c n', 'n s', 's d', 'd m', 'm sum:a', 'n sum:b', 'sum t', 't e'],
    ))
    const saved = (inference: Inference, id: string, activations: 'recompute' | 'keep' = 'recompute'): number => savedBitsOf(inference.nodes.get(id) as InferredNode, activations, inference)
    expect(['s', 'sum', 't'].map(id => saved(residual('clip'), id))).toEqual([2 * values, 0, 2 * values])
    expect(['s', 'sum', 't'].map(id => saved(residual('approxSign'), id))).toEqual([values, 32 * values, values])
    // Kept sums are counted once: where batch normalisation reads them.
    expect(['n', 's', 'sum', 't'].map(id => saved(residual('approxSign'), id, 'keep'))).toEqual([32 * values, values, 32 * values, values])
    const real = inferArchitecture(chain(INPUT, ['c', 'conv2d', { filters: 5 }], ['a', 'activation', { function: 'prelu' }], ['f', 'flatten'], ['p', 'activation', { function: 'prelu' }], ['e', 'dense', { units: 2 }]))
    expect(['a', 'p', 'e'].map(id => saved(real, id))).toEqual([32 * values, 0, 32 * values])
    expect(saved(real, 'a', 'keep')).toBe(64 * values)
  })
})
