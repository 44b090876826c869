import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inferArchitecture } from '../../../core/architecture/infer.ts'
import { presetNamed, presets } from '../../../core/architecture/presets/index.ts'
import type { Project } from '../../../core/architecture/project.ts'
import { setField } from '../../../core/architecture/setField.ts'
import { scaleWidths, withoutKind } from '../../../core/architecture/transform.ts'
import { anyGraph, chain, graph, INPUT, projectOf, sound } from './graphs.ts'

const widths = (project: Project): unknown[] => project.architecture.nodes.filter(node => node.kind === 'dense').map(node => node.attributes['units'])

describe('scaleWidths', () => {
  test('scales hidden layers, rounds, and leaves the classes', () => {
    expect(widths(scaleWidths(projectOf(sound()), 0.25))).toEqual([2, 2, 3])
    expect(widths(scaleWidths(projectOf(sound()), 2))).toEqual([16, 12, 3])
    expect(widths(scaleWidths(projectOf(sound()), 1e-3))).toEqual([1, 1, 3])
  })

  test('leaves the last layer before every head', () => {
    const forked = graph(
      [INPUT, ['f', 'flatten'], ['a', 'dense', { units: 8 }], ['n', 'batchNorm'], ['s', 'sign'], ['side', 'dense', { units: 8 }], ['h1', 'head'], ['b', 'dense', { units: 8 }], ['m', 'batchNorm'], ['d', 'dropout'], ['h2', 'head']],
      ['input f', 'f a', 'a n', 'n s', 's side', 'side h1', 's b', 'b m', 'm d', 'd h2'],
    )
    expect(widths(scaleWidths(projectOf(forked), 0.5))).toEqual([4, 8, 8])
  })

  test('scales the filters of convolutions, and leaves one that gives the classes', () => {
    const filters = (project: Project): unknown[] => project.architecture.nodes.flatMap(node => node.attributes['filters'] ?? node.attributes['units'] ?? [])
    expect(filters(scaleWidths(presetNamed('cifar10-convnet-theano'), 0.5))).toEqual([64, 64, 128, 128, 256, 256, 512, 512, 10])
    const all = chain(INPUT, ['a', 'conv2d', { filters: 8 }], ['n', 'batchNorm'], ['s', 'sign'], ['b', 'conv2d', { filters: 3, kernel: 1 }], ['g', 'globalAvgPool'], ['head', 'head'])
    expect(filters(scaleWidths(projectOf(all), 4))).toEqual([32, 3])
  })

  test.each([0, -1, NaN, Infinity, 1e9])('refuses a factor of %d', factor => {
    expect(() => scaleWidths(projectOf(sound()), factor)).toThrow('expected a width factor above 0')
  })

  test('refuses widths out of range, by name', () => {
    expect(() => scaleWidths(projectOf(sound()), 1e5)).toThrow('dense1 needs units as a whole number from 1 to 65536; found 800000; at node dense1')
  })

  test('keeps presets sound, and gives their widths back', () => {
    for (const preset of presets) {
      const half = scaleWidths(preset, 0.5)
      expect(inferArchitecture(half.architecture).problems).toEqual([])
      expect(scaleWidths(half, 2)).toEqual(preset)
    }
  })
})

describe('withoutKind', () => {
  test('joins edges, in chains and where several layers read the same one', () => {
    const plain = withoutKind(projectOf(sound()), 'dropout')
    expect(inferArchitecture(plain.architecture)).toMatchObject({ problems: [] })
    expect(inferArchitecture(plain.architecture).nodes.get('dense2')?.sources).toEqual(['sign1'])
    const shared = graph([INPUT, ['d', 'dropout'], ['e', 'dropout'], ['a', 'flatten'], ['b', 'flatten']], ['input d', 'd e', 'e a', 'e b'])
    expect(withoutKind(projectOf(shared), 'dropout').architecture.edges.map(({ from, to }) => `${from.node} ${to.node}`)).toEqual(['input a', 'input b'])
  })

  test('refuses kinds that change shapes, and unknown ones', () => {
    expect(() => withoutKind(projectOf(sound()), 'dense')).toThrow('kinds that can be left out: batchNorm, sign, activation, quantize, dropout')
    for (const kind of ['input', 'flatten', 'head']) expect(() => withoutKind(projectOf(sound()), kind)).toThrow('cannot be left out')
    expect(() => withoutKind(projectOf(sound()), 'dropuot')).toThrow('did you mean dropout?')
  })

  test('changes nothing where there is nothing to leave out', () => {
    expect(withoutKind(projectOf(sound()), 'activation')).toEqual(projectOf(sound()))
    for (const preset of presets.filter(({ architecture }) => architecture.nodes.every(({ kind }) => kind !== 'activation'))) expect(withoutKind(preset, 'activation')).toEqual(preset)
  })

  test('leaves no such layer in any graph, and nothing else away', () => {
    fc.assert(fc.property(anyGraph, fc.constantFrom('dropout', 'sign', 'batchNorm'), (architecture, kind) => {
      const project = projectOf(architecture)
      if (new Set(architecture.nodes.map(node => node.id)).size < architecture.nodes.length) {
        for (const transform of [() => withoutKind(project, kind), () => scaleWidths(project, 2), () => setField(project, 'nodes.a.units=1')]) {
          expect(transform).toThrow('give every node an id of its own')
        }
        return
      }
      const left = withoutKind(project, kind).architecture.nodes
      expect(left).toEqual(architecture.nodes.filter(node => node.kind !== kind))
    }), { numRuns: 200 })
  })
})

test('the project that is given stays as it is', () => {
  const project = projectOf(sound())
  const before = JSON.stringify(project)
  scaleWidths(project, 2)
  withoutKind(project, 'dropout')
  expect(JSON.stringify(project)).toBe(before)
  expect(inferArchitecture(withoutKind(projectOf(chain(INPUT, ['s', 'sign'])), 'sign').architecture).order).toEqual(['input'])
})
