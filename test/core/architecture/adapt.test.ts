import { describe, expect, test } from 'vitest'
import { adaptToImages } from '../../../core/architecture/adapt.ts'
import { hasErrors, inferArchitecture } from '../../../core/architecture/infer.ts'
import { presetNamed } from '../../../core/architecture/presets/index.ts'

const classes = (count: number): string[] => Array.from({ length: count }, (_, at) => `class ${at}`)

describe('a network for another data set', () => {
  test('every head of googlenet gets the classes, and nothing else changes', () => {
    const preset = presetNamed('googlenet')
    const { project, notes } = adaptToImages(preset, { name: 'ten', shape: [224, 224, 3], classes: classes(10) })
    expect(notes).toEqual([
      'aux1.dense2 has 10 units, one for each class of ten, in place of 1,000',
      'aux2.dense2 has 10 units, one for each class of ten, in place of 1,000',
      'dense has 10 units, one for each class of ten, in place of 1,000',
    ])
    const changed = project.architecture.nodes.filter((node, at) => node !== preset.architecture.nodes[at] && JSON.stringify(node) !== JSON.stringify(preset.architecture.nodes[at]))
    expect(changed.map(node => node.id)).toEqual(['aux1.dense2', 'aux2.dense2', 'dense'])
    expect(hasErrors(inferArchitecture(project.architecture))).toBe(false)
  })

  test('the input takes the size of the images', () => {
    const { project, notes } = adaptToImages(presetNamed('cifar10-convnet-theano'), { name: 'digits', shape: [28, 28, 1], classes: classes(10) })
    expect(notes).toEqual(['input takes 28 × 28 × 1, as the images of digits are, in place of 32 × 32 × 3'])
    expect(inferArchitecture(project.architecture).nodes.get('flatten')?.signal?.shape).toEqual([3 * 3 * 512])
  })

  test('what fits is returned as it is; windows that no longer fit are a problem of the graph', () => {
    const preset = presetNamed('alexnet')
    expect(adaptToImages(preset, { name: 'imagenet', shape: [224, 224, 3], classes: classes(1000) })).toEqual({ project: preset, notes: [] })
    const { project } = adaptToImages(preset, { name: 'tiny', shape: [16, 16, 3], classes: classes(10) })
    expect(inferArchitecture(project.architecture).problems.map(problem => problem.code)).toContain('windowTooLarge')
  })
})
