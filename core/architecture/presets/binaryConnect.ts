import type { z } from 'zod'
import type { RecipeSchema } from '../recipe.ts'
import { convNet } from './convNet.ts'
import { definePreset } from './define.ts'
import { network, type Layer } from './network.ts'

const norm = { mode: 'vanilla', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd' } as const

const recipe = {
  seed: 1234,
  layerScale: { mode: 'exact' },
  clip: 'binaryWeights',
  weightInit: 'unit',
  preprocessing: { kind: 'scale', low: -1, high: 1 },
  selection: 'bestValidationLatest',
} as const satisfies Partial<z.input<typeof RecipeSchema>>

const deterministic = (layer: string): string => `the figure is that of deterministic weights; with all layers as --set nodes.${layer}.binarisation=stochastic makes one, drawn anew at every step, the paper reports a little less`
const ZCA = 'the pictures of the paper are normalised for contrast and whitened (--set recipe.preprocessing=[{"kind":"gcn"},{"kind":"zca"}]); here pixels are scaled to -1..1'

const hidden = (number: number): Layer[] => [
  { id: `dense${number}`, kind: 'dense', attributes: { units: 1024 } },
  { id: `norm${number}`, kind: 'batchNorm', attributes: norm },
  { id: `relu${number}`, kind: 'activation', attributes: { function: 'relu' } },
]

/** Courbariaux et al. 2015 (BinaryConnect), section 3.1. */
export const binaryConnectMnist = definePreset({
  name: 'binaryconnect-mnist',
  about: 'The MNIST network of BinaryConnect (Courbariaux et al. 2015, arXiv 1511.00363), section 3.1: 784, three layers of 1024, 10; binary weights, real activations (ReLU), squared hinge.',
  reference: { source: 'Courbariaux et al. 2015, Table 2, deterministic', testError: 1.29 },
  open: [deterministic('dense1'), 'the rates are not stated in the paper; those of its code are not recorded here, and 3e-3 falling to 3e-7 with Adam is chosen, as in mnist-mlp-theano'],
  dataset: 'mnist',
  architecture: network([
    [{ id: 'input', kind: 'input', attributes: { height: 28, width: 28, channels: 1 } }, { id: 'flatten', kind: 'flatten' }],
    hidden(1), hidden(2), hidden(3),
    [{ id: 'dense4', kind: 'dense', attributes: { units: 10 } }, { id: 'norm4', kind: 'batchNorm', attributes: norm }, { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } }],
  ]),
  recipe: { ...recipe, epochs: 1000, batchSize: 200, optimizer: { kind: 'adam' }, learningRate: { start: 3e-3, schedule: { kind: 'exponential', end: 3e-7 } }, validation: 10000 },
})

/** The network of cifar10-convnet-theano with ReLU in place of signs. */
function withRelu(width: number): ReturnType<typeof convNet> {
  const { version, nodes, edges } = convNet(width, { norm, sign: {}, lastNorm: norm })
  const named = (id: string): string => id.replace(/^sign/, 'relu')
  return {
    version,
    nodes: nodes.map(node => (node.kind === 'sign' ? { ...node, id: named(node.id), kind: 'activation', attributes: { function: 'relu' } } : node)),
    edges: edges.map(({ from, to }) => ({ from: { ...from, node: named(from.node) }, to: { ...to, node: named(to.node) } })),
  }
}

/** Section 3.2. */
export const binaryConnectCifar10 = definePreset({
  name: 'binaryconnect-cifar10',
  about: 'The CIFAR-10 network of BinaryConnect (Courbariaux et al. 2015, arXiv 1511.00363), section 3.2: six 3 × 3 convolutions of 128 to 512 filters with three max-pools, then 1024, 1024, 10; binary weights, real activations (ReLU), squared hinge.',
  reference: { source: 'Courbariaux et al. 2015, Table 2, deterministic', testError: 9.9 },
  differs: [ZCA],
  open: [deterministic('conv1')],
  dataset: 'cifar10',
  architecture: withRelu(128),
  recipe: { ...recipe, epochs: 500, batchSize: 50, optimizer: { kind: 'adam' }, learningRate: { start: 3e-3, schedule: { kind: 'exponential', end: 2e-6 } }, validation: 5000 },
})

/** Section 3.3: the same with half the filters. */
export const binaryConnectSvhn = definePreset({
  name: 'binaryconnect-svhn',
  about: 'The SVHN network of BinaryConnect (Courbariaux et al. 2015, arXiv 1511.00363), section 3.3: that of CIFAR-10 with half the filters, for 200 epochs.',
  reference: { source: 'Courbariaux et al. 2015, Table 2, deterministic', testError: 2.3 },
  differs: [ZCA],
  open: [deterministic('conv1')],
  dataset: 'svhn',
  architecture: withRelu(64),
  recipe: { ...recipe, epochs: 200, batchSize: 50, optimizer: { kind: 'adam' }, learningRate: { start: 3e-3, schedule: { kind: 'exponential', end: 2e-6 } }, validation: 6000 },
})
