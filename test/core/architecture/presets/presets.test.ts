import { describe, expect, test } from 'vitest'
import { totalsOf } from '../../../../core/architecture/costs.ts'
import { presetSummary } from '../../../../core/architecture/describe.ts'
import { inferArchitecture } from '../../../../core/architecture/infer.ts'
import { presetNamed, presetReference, presets } from '../../../../core/architecture/presets/index.ts'
import { ProjectSchema, type Project } from '../../../../core/architecture/project.ts'
import { setField } from '../../../../core/architecture/setField.ts'

const recipeOf = (name: string): Project['recipe'] => presetNamed(name).recipe
const steps = (project: Project): string[] => project.architecture.nodes.map(({ kind, attributes }) =>
  [kind, ...Object.values(attributes)].join(' '))

describe('every preset', () => {
  test.each(presets.map(preset => [preset.name, preset] as const))('%s is a valid, sound, frozen project with a schema of its own fields only', (name, preset) => {
    expect(ProjectSchema.parse(preset)).toEqual(preset)
    expect(presetNamed(name)).toBe(preset)
    expect(inferArchitecture(preset.architecture).problems).toEqual([])
    expect(() => { (preset.recipe as { seed: number }).seed = 1 }).toThrow(TypeError)
    expect(() => { (preset.architecture.nodes[0] as { id: string }).id = 'x' }).toThrow(TypeError)
  })

  test.each(presets.map(preset => [preset.name, preset] as const))('%s states its size, and its figure if there is one', (name, preset) => {
    const { binaryParameters, realParameters, packedBytes } = totalsOf(inferArchitecture(preset.architecture))
    const english = new Intl.NumberFormat('en')
    expect(preset.description).toContain(`size: ${english.format(binaryParameters)} binary weights and ${english.format(realParameters)} real parameters; packed ${english.format(packedBytes)} bytes`)
    const reference = presetReference(name)
    if (reference) expect(preset.description).toContain(`reported: ${reference.testError} % test error`)
  })

  test.each(presets.map(preset => [preset.name, preset] as const))('%s: every --set in its description works', (_name, preset) => {
    for (const [, assignment] of preset.description.matchAll(/--set ([^\s)]+)/g)) expect(setField(preset, assignment ?? '')).not.toEqual(preset)
  })

  test.each(presets.map(preset => [preset.name, preset] as const))('%s reads from left to right, and no two nodes overlap', (_name, preset) => {
    const { nodes } = preset.architecture
    const places = nodes.map(({ position }) => `${position.x} ${position.y}`)
    expect(new Set(places).size).toBe(nodes.length)
    const columns = nodes.map(node => node.position.x)
    expect(columns).toEqual([...columns].sort((a, b) => a - b))
  })

  test('has a name of its own, and another is answered with the list', () => {
    expect(new Set(presets.map(preset => preset.name)).size).toBe(presets.length)
    expect(() => presetNamed('mnist')).toThrow('there is no preset "mnist"; did you mean mnist-mlp-theano? Otherwise choose one of digits, mnist-mlp-theano, mnist-mlp-torch')
    expect(() => presetNamed('constructor')).toThrow('there is no preset')
  })
})

test('mnist-mlp-theano is supplement A.1', () => {
  const project = presetNamed('mnist-mlp-theano')
  const hidden = ['dense 4096', 'batchNorm vanilla 0.0001 0.1 inverseStd', 'sign deterministic clip', 'dropout 0.5']
  expect(steps(project)).toEqual([
    'input 28 28 1', 'flatten', 'dropout 0.2', ...hidden, ...hidden, ...hidden, 'dense 10', 'batchNorm vanilla 0.0001 0.1 inverseStd', 'head squaredHinge',
  ])
  // bnn-spec 2.1 counts the weights; 1 bit each, and scale and offset for each of 3 x 4096 + 10 channels.
  expect(presetSummary(project)).toEqual({ name: 'mnist-mlp-theano', dataset: 'mnist', binaryParameters: 36_806_656, packedBytes: 36_806_656 / 8 + 8 * 12_298 })
  expect(recipeOf('mnist-mlp-theano')).toMatchObject({
    seed: 1234, epochs: 1000, batchSize: 100, optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 3e-3, schedule: { kind: 'exponential', end: 3e-7 } }, layerScale: { mode: 'exact', batchNormScale: false },
    clip: 'binaryWeights', weightInit: 'unit', preprocessing: { kind: 'scale', low: -1, high: 1 }, validation: 10000, selection: 'bestValidationLatest',
  })
})

test('mnist-mlp-torch is supplement A.2', () => {
  const project = presetNamed('mnist-mlp-torch')
  const hidden = ['dense 2048', 'batchNorm shift 0.00001 0.125 inverseStd', 'sign stochastic strict']
  expect(steps(project)).toEqual([
    'input 28 28 1', 'flatten', ...hidden, ...hidden, ...hidden, 'dense 10', 'batchNorm vanilla 0.00001 0.1 variance uniform', 'head squaredHinge',
  ])
  expect(presetSummary(project)).toEqual({ name: 'mnist-mlp-torch', dataset: 'mnist', binaryParameters: 10_014_720, packedBytes: 10_014_720 / 8 + 8 * 6154 })
  expect(recipeOf('mnist-mlp-torch')).toMatchObject({
    epochs: 100, batchSize: 100, optimizer: { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 },
    learningRate: { start: 2 ** -6, schedule: { kind: 'halve', every: 10 } }, layerScale: { mode: 'exact', batchNormScale: true },
    preprocessing: { kind: 'standardise' }, validation: 10000,
  })
})

test('digits leaves whole batches of 8,000 of its 9,000 training images', () => {
  const { dataset, recipe } = presetNamed('digits')
  expect(dataset).toBe('digits')
  expect((9000 - recipe.validation) % recipe.batchSize).toBe(0)
})
