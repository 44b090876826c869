import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LayerNode } from '../../../core/architecture/document.ts'
import { hasErrors, inferArchitecture } from '../../../core/architecture/infer.ts'
import { presetNamed, presets } from '../../../core/architecture/presets/index.ts'
import { RecipeSchema } from '../../../core/architecture/recipe.ts'
import { totalsOf } from '../../../core/architecture/costs.ts'
import { floatTwin } from '../../../core/architecture/twin.ts'
import { anyGraph, chain, graph, INPUT, projectOf, sound, type Step } from './graphs.ts'

const node = ({ architecture: { nodes } }: { architecture: { nodes: readonly LayerNode[] } }, id: string): LayerNode | undefined => nodes.find(one => one.id === id)

describe('the unquantized twin', () => {
  test('has hardTanh for signs and real weights, and keeps the rest', () => {
    const project = { ...projectOf(sound()), description: 'About it.\nreported: 1 % test error' }
    const { project: twin, changes } = floatTwin(project)
    expect(twin.name).toBe('test-twin')
    expect(node(twin, 'sign1')).toMatchObject({ kind: 'activation', attributes: { function: 'hardTanh' } })
    expect(node(twin, 'dense2')?.attributes).toEqual({ units: 6, weights: 'real' })
    expect(node(twin, 'norm1')).toEqual(node(project, 'norm1'))
    expect(node(twin, 'drop1')).toEqual(node(project, 'drop1'))
    expect(twin.architecture.edges).toEqual(project.architecture.edges)
    expect(twin.recipe).toEqual({ ...project.recipe, clip: 'off' })
    expect(changes).toEqual(['2 signs became hardTanh', '3 layers have real weights, which start at U(±1 / √inputs)', 'parameters are no longer clipped to -1..1, which serves latent weights'])
    // What a source reports of the binary network is not the twin's.
    expect(twin.description).toBe(['The unquantized twin of test, in float32.', ...changes.map(line => `twin: ${line}`), 'About it.'].join('\n'))
  })

  test('drops all that is said of binary weights and of signs, the input scale with its edge', () => {
    const network = graph(
      [
        INPUT, ['c1', 'conv2d', { filters: 4, bias: true, weightMask: 'clip' }], ['n', 'batchNorm', { mode: 'shift' }], ['s', 'sign', { threshold: 'learned', gradient: 'approxSign', mode: 'stochastic' }],
        ['c2', 'conv2d', { filters: 4, weights: 'scaled', inputScale: true, centred: true }], ['r', 'activation', { function: 'rpRelu' }], ['q', 'quantize', { bits: 3 }],
        ['f', 'flatten'], ['d', 'dense', { units: 3, weights: 'real', bias: true }], ['m', 'batchNorm'], ['head', 'head'],
      ],
      ['input c1', 'c1 n', 'n s', 's c2', 'n c2:magnitude', 'c2 r', 'r q', 'q f', 'f d', 'd m', 'm head'],
    )
    const { project: twin, changes } = floatTwin(projectOf(network), 'relu')
    expect(node(twin, 'c1')?.attributes).toEqual({ filters: 4, bias: true, weights: 'real' })
    expect(node(twin, 'c2')?.attributes).toEqual({ filters: 4, weights: 'real' })
    expect(node(twin, 's')).toMatchObject({ kind: 'activation', attributes: { function: 'relu' } })
    expect(node(twin, 'r')?.attributes).toEqual({ function: 'rpRelu' })
    expect(node(twin, 'q')).toMatchObject({ kind: 'activation', attributes: { function: 'clip01' } })
    expect(node(twin, 'd')).toEqual(network.nodes.find(({ id }) => id === 'd'))
    expect(twin.architecture.edges.some(({ to }) => to.port === 'magnitude')).toBe(false)
    expect(hasErrors(inferArchitecture(twin.architecture))).toBe(false)
    expect(changes).toEqual(expect.arrayContaining(['1 learned threshold is gone with its sign', '1 k-bit activation became a clip to 0..1', '1 input scale K is gone', 'batch normalisation stays shift-based (--set nodes.n.mode=vanilla, and so on, for multiplications)']))
  })

  test('is trained by Adam where the network was by Bop', () => {
    const project = projectOf(sound())
    const { project: twin, changes } = floatTwin({ ...project, recipe: RecipeSchema.parse({ ...project.recipe, optimizer: { kind: 'bop', beta1: 0.8 } }) })
    expect(twin.recipe.optimizer).toEqual({ kind: 'adam', beta1: 0.8, beta2: 0.999, epsilon: 1e-8 })
    expect(changes).toContain('Adam, which Bop leaves everything but binary weights to, moves all parameters')
  })

  test('of every preset is sound, of the same shapes, and has nothing binary', () => {
    for (const preset of presets) {
      if (preset.architecture.nodes.every(({ attributes }) => attributes['weights'] === 'real')) continue
      const { project: twin } = floatTwin(preset)
      const [before, after] = [inferArchitecture(preset.architecture), inferArchitecture(twin.architecture)]
      expect(hasErrors(after), preset.name).toBe(false)
      for (const [id, { signal }] of before.nodes) expect(after.nodes.get(id)?.signal?.shape, `${preset.name} ${id}`).toEqual(signal?.shape)
      expect(totalsOf(after)).toMatchObject({ binaryParameters: 0, binaryMacs: 0 })
      expect(totalsOf(after).parameters, preset.name).toBeLessThanOrEqual(totalsOf(before).parameters)
      expect(twin.recipe.layerScale.mode).toBe('off')
    }
  })

  test('refuses a network that quantizes nothing, itself a twin', () => {
    const { project } = floatTwin(presetNamed('digits'))
    expect(() => floatTwin(project)).toThrow('digits-twin has no twin: its weights and activations are real already; leave the twin out')
  })

  test('refuses what could not be trained, wrong attributes and repeated ids', () => {
    expect(() => floatTwin(projectOf(chain(INPUT, ['d', 'dense', { units: 3 }], ['head', 'head'])))).toThrow('test has no twin that can be trained: d gets')
    expect(() => floatTwin(projectOf(chain(INPUT, ['f', 'flatten'], ['d', 'dense', { units: 0 }], ['head', 'head'])))).toThrow('d needs units')
    expect(() => floatTwin(projectOf(graph([INPUT, ['d', 'dense', { units: 3 }], ['d', 'dense', { units: 3 }]], [])))).toThrow('give every node an id of its own')
  })

  test('of a network with a sign on its input has an activation there', () => {
    const layers: Step[] = [['input', 'input', { height: 2, width: 2, channels: 1 }], ['s', 'sign'], ['f', 'flatten'], ['d', 'dense', { units: 2 }], ['n', 'batchNorm'], ['head', 'head']]
    const twin = floatTwin(projectOf(chain(...layers))).project
    expect(inferArchitecture(twin.architecture).problems.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('is found for every sound network, or refused in words', () => {
    fc.assert(fc.property(anyGraph, architecture => {
      const project = projectOf(architecture)
      const before = JSON.stringify(project)
      let twin
      try {
        twin = floatTwin(project).project
      } catch (error) {
        expect((error as Error).message).not.toMatch(/undefined|\[object/)
      }
      expect(JSON.stringify(project)).toBe(before)
      const sound = !hasErrors(inferArchitecture(architecture))
      if (twin) expect(hasErrors(inferArchitecture(twin.architecture))).toBe(false)
      else if (sound) expect(totalsOf(inferArchitecture(architecture)).binaryParameters + architecture.nodes.filter(({ kind }) => kind === 'sign' || kind === 'quantize').length).toBe(0)
    }), { numRuns: 500 })
  })
})
