import { describe, expect, test } from 'vitest'
import { totalsOf } from '../../../../core/architecture/costs.ts'
import { presetSummary } from '../../../../core/architecture/describe.ts'
import { inferArchitecture } from '../../../../core/architecture/infer.ts'
import { presetNamed, presetReference, presets } from '../../../../core/architecture/presets/index.ts'
import { ProjectSchema, type Project } from '../../../../core/architecture/project.ts'
import { setField } from '../../../../core/architecture/setField.ts'
import { bytesText } from '../../../../core/architecture/wording.ts'

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
    for (const [, assignment] of preset.description.matchAll(/--set '?([^\s)']+)/g)) expect(setField(preset, assignment ?? '')).not.toEqual(preset)
  })

  test.each(presets.map(preset => [preset.name, preset] as const))('%s reads from left to right, and no two nodes overlap', (_name, preset) => {
    const { nodes } = preset.architecture
    const places = nodes.map(({ position }) => `${position.x} ${position.y}`)
    expect(new Set(places).size).toBe(nodes.length)
    const at = new Map(nodes.map(({ id, position }) => [id, position]))
    for (const { from, to } of preset.architecture.edges) {
      const [source, target] = [at.get(from.node), at.get(to.node)]
      if (!source || !target) throw new Error('an edge without an end')
      expect(target.x > source.x || (target.x === source.x && target.y > source.y), `${from.node} to ${to.node}`).toBe(true)
    }
  })

  test('has a name of its own, and another is answered with the list', () => {
    expect(new Set(presets.map(preset => preset.name)).size).toBe(presets.length)
    expect(() => presetNamed('mnist')).toThrow('there is no preset "mnist"; did you mean mnist-mlp-theano? Otherwise choose one of digits, mnist-mlp-theano, mnist-mlp-torch, cifar10-convnet-theano, cifar10-convnet-torch, svhn-convnet-theano, svhn-convnet-torch, finn-lfc, finn-cnv, alexnet, googlenet, binaryconnect-mnist, binaryconnect-cifar10, binaryconnect-svhn, xnor-net-alexnet, bi-real-18')
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

test('the networks of FINN have the sizes that their codes give', () => {
  const [lfc, cnv] = [presetNamed('finn-lfc'), presetNamed('finn-cnv')]
  expect(presetSummary(lfc)).toMatchObject({ dataset: 'mnist', binaryParameters: 784 * 1024 + 2 * 1024 ** 2 + 10_240 })
  expect(inferArchitecture(lfc.architecture).nodes.get('flatten')?.signal).toEqual({ shape: [784], flow: 'bits' })
  const { nodes } = inferArchitecture(cnv.architecture)
  // 32, 30, 28, pooled to 14, 12, 10, pooled to 5, 3, 1: one place of 256 channels is left.
  expect(['conv1', 'conv2', 'pool2', 'conv3', 'conv4', 'pool4', 'conv5', 'conv6'].map(id => nodes.get(id)?.signal?.shape[0])).toEqual([30, 28, 14, 12, 10, 5, 3, 1])
  expect(nodes.get('flatten')?.signal).toEqual({ shape: [256], flow: 'bits' })
  expect(presetSummary(cnv)).toMatchObject({ dataset: 'cifar10', binaryParameters: 9 * (3 * 64 + 64 * 64 + 64 * 128 + 128 * 128 + 128 * 256 + 256 * 256) + 256 * 512 + 512 * 512 + 5120 })
  expect(recipeOf('finn-cnv')).toMatchObject({ epochs: 500, batchSize: 50, validation: 5000 })
})

test('digits leaves whole batches of 8,000 of its 9,000 training images', () => {
  const { dataset, recipe } = presetNamed('digits')
  expect(dataset).toBe('digits')
  expect((9000 - recipe.validation) % recipe.batchSize).toBe(0)
})

describe('the convolutional networks', () => {
  const network = (width: number, [norm, sign, last]: readonly [string, string, string]): string[] => {
    const behind = [`batchNorm ${norm}`, `sign ${sign}`]
    const pair = (filters: number): string[] => [`conv2d ${filters} 3 1 1`, ...behind, `conv2d ${filters} 3 1 1`, 'maxPool 2 2', ...behind]
    return [
      'input 32 32 3', ...pair(width), ...pair(2 * width), ...pair(4 * width),
      'flatten', 'dense 1024', ...behind, 'dense 1024', ...behind, 'dense 10', `batchNorm ${last}`, 'head squaredHinge',
    ]
  }
  const theano = ['vanilla 0.0001 0.1 inverseStd', 'deterministic clip', 'vanilla 0.0001 0.1 inverseStd'] as const
  const torch = ['shift 0.00001 0.125 inverseStd', 'stochastic strict', 'vanilla 0.00001 0.1 variance uniform'] as const

  test.each([
    ['cifar10-convnet-theano', 128, theano], ['cifar10-convnet-torch', 128, torch], ['svhn-convnet-theano', 64, theano], ['svhn-convnet-torch', 64, torch],
  ] as const)('%s: pairs of convolutions, each with a pool in front of its last normalisation', (name, width, around) => {
    expect(steps(presetNamed(name))).toEqual(network(width, around))
    const { nodes } = inferArchitecture(presetNamed(name).architecture)
    expect(nodes.get('sign6')?.signal).toEqual({ shape: [4, 4, 4 * width], flow: 'bits' })
    expect(nodes.get('flatten')?.signal).toEqual({ shape: [64 * width], flow: 'bits' })
  })

  test('have the weights that bnn-spec 2.3 and 2.5 count', () => {
    const { nodes } = inferArchitecture(presetNamed('cifar10-convnet-theano').architecture)
    const counts = [...nodes.values()].map(node => node.cost?.binaryParameters ?? 0).filter(count => count > 0)
    expect(counts).toEqual([3456, 147_456, 294_912, 589_824, 1_179_648, 2_359_296, 8_388_608, 1_048_576, 10_240])
    const channels = 2 * (128 + 256 + 512) + 2 * 1024 + 10
    for (const name of ['cifar10-convnet-theano', 'cifar10-convnet-torch']) {
      expect(presetSummary(presetNamed(name))).toEqual({ name, dataset: 'cifar10', binaryParameters: 14_022_016, packedBytes: 14_022_016 / 8 + 8 * channels })
    }
    expect(bytesText(14_022_016 / 8)).toBe('1.67 MiB')
    for (const name of ['svhn-convnet-theano', 'svhn-convnet-torch']) {
      expect(presetSummary(presetNamed(name))).toMatchObject({ dataset: 'svhn', binaryParameters: 6_397_632 })
    }
  })

  test('one image takes so many multiplications', () => {
    // 32 x 32 places of the first pair, 16 x 16 of the second, 8 x 8 of the third; every dense weight once.
    const macs = 1024 * (3456 + 147_456) + 256 * (294_912 + 589_824) + 64 * (1_179_648 + 2_359_296) + 8_388_608 + 1_048_576 + 10_240
    const totals = totalsOf(inferArchitecture(presetNamed('cifar10-convnet-theano').architecture))
    expect(totals.binaryMacs).toBe(macs)
    // A tap of the 3 colours takes a word for itself, on 8 bit planes; all other layers fill theirs.
    expect(totals.xnorWords).toBe(1024 * 9 * 8 * 128 + (macs - 1024 * 3456) / 32)
  })

  test('are trained as their codes do', () => {
    expect(recipeOf('cifar10-convnet-theano')).toMatchObject({
      epochs: 500, batchSize: 50, optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, learningRate: { start: 1e-3, schedule: { kind: 'exponential', end: 3e-7 } },
      layerScale: { mode: 'exact', batchNormScale: false }, clip: 'binaryWeights', preprocessing: { kind: 'scale', low: -1, high: 1 }, validation: 5000,
    })
    expect(recipeOf('svhn-convnet-theano')).toEqual({
      ...recipeOf('cifar10-convnet-theano'), epochs: 200, learningRate: { start: 1e-3, schedule: { kind: 'exponential', end: 1e-6 } }, validation: 6000,
    })
    expect(recipeOf('cifar10-convnet-torch')).toMatchObject({
      batchSize: 200, optimizer: { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 }, learningRate: { start: 2 ** -6, schedule: { kind: 'halve', every: 50 } },
      layerScale: { mode: 'powerOfTwo', batchNormScale: false }, clip: 'everything', preprocessing: { kind: 'standardise' }, validation: 5000,
    })
    expect(recipeOf('svhn-convnet-torch')).toEqual({
      ...recipeOf('cifar10-convnet-torch'), epochs: 200, learningRate: { start: 2 ** -7, schedule: { kind: 'halve', every: 20 } }, clip: 'binaryWeights', validation: 6000,
    })
  })
})

describe('the ImageNet networks of supplement B.3', () => {
  const signal = (name: string, id: string) => inferArchitecture(presetNamed(name).architecture).nodes.get(id)?.signal

  test('alexnet: sizes from 224 to 6, and the weights of its eight layers', () => {
    expect(['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'conv4', 'conv5', 'pool5'].map(id => signal('alexnet', id)?.shape)).toEqual([
      [55, 55, 64], [27, 27, 64], [27, 27, 192], [13, 13, 192], [13, 13, 384], [13, 13, 256], [13, 13, 256], [6, 6, 256],
    ])
    const weights = 11 * 11 * 3 * 64 + 25 * 64 * 192 + 9 * (192 * 384 + 384 * 256 + 256 * 256) + 9216 * 4096 + 4096 * 4096 + 4096 * 1000
    const channels = 64 + 192 + 384 + 2 * 256 + 2 * 4096 + 1000
    expect(weights).toBe(61_090_496)
    expect(presetSummary(presetNamed('alexnet'))).toEqual({ name: 'alexnet', dataset: 'imagenet', binaryParameters: weights, packedBytes: weights / 8 + 8 * channels })
    expect(recipeOf('alexnet')).toMatchObject({ batchSize: 512, optimizer: { kind: 'adam' }, learningRate: { schedule: { kind: 'step', every: 20, factor: 0.1 } } })
  })

  test('googlenet: ten modules from 28 to 7, two auxiliary heads of weight 0.3, the main one last', () => {
    const modules: [string, number, number][] = [
      ['3a', 28, 256], ['3b', 28, 320], ['3c', 14, 576], ['4a', 14, 576], ['4b', 14, 576], ['4c', 14, 576], ['4d', 14, 576], ['4e', 7, 1024], ['5a', 7, 1024], ['5b', 7, 1024],
    ]
    for (const [name, side, width] of modules) expect(signal('googlenet', `inc${name}`), name).toEqual({ shape: [side, side, width], flow: 'bits' })
    expect(presetNamed('googlenet').architecture.nodes.filter(({ kind }) => kind === 'concat')).toHaveLength(10)
    const { order, nodes } = inferArchitecture(presetNamed('googlenet').architecture)
    const heads = order.filter(id => nodes.get(id)?.kind === 'head')
    expect(heads).toEqual(['aux1.dense2.head', 'aux2.dense2.head', 'dense.head'])
    expect(heads.map(id => nodes.get(id)?.attributes['weight'])).toEqual([0.3, 0.3, 1])
    expect(recipeOf('googlenet')).toMatchObject({ batchSize: 64, optimizer: { kind: 'adam' }, learningRate: { schedule: { kind: 'step', every: 10, factor: 0.1 } } })
  })

  test('googlenet has the weights of its modules, counted from what goes in and comes out', () => {
    // in, 1 x 1, 3 x 3 reduced, 3 x 3, double reduced, double, projection: Inception_v2.lua of eladhoffer/convNet.torch.
    const modules = [
      [192, 64, 64, 64, 64, 96, 32], [256, 64, 64, 96, 64, 96, 64], [320, 0, 128, 160, 64, 96, 0], [576, 224, 64, 96, 96, 128, 128], [576, 192, 96, 128, 96, 128, 128],
      [576, 160, 128, 160, 128, 160, 96], [576, 96, 128, 192, 160, 192, 96], [576, 0, 128, 192, 192, 256, 0], [1024, 352, 192, 320, 160, 224, 128], [1024, 352, 192, 320, 192, 224, 128],
    ] as const
    const within = modules.reduce((sum, [inputs, one, r3, f3, rd, d, projection]) => sum + inputs * (one + r3 + rd + projection) + 9 * (r3 * f3 + rd * d + d * d), 0)
    const auxiliary = 576 * 128 + 16 * 128 * 768 + 768 * 1000
    expect(presetSummary(presetNamed('googlenet')).binaryParameters).toBe(49 * 3 * 64 + 9 * 64 * 192 + within + 2 * auxiliary + 1024 * 1000)
  })
})
