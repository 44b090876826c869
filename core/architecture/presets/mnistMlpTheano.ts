import { definePreset } from './define.ts'
import { network, type Layer } from './network.ts'

const norm = { mode: 'vanilla', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd' } as const

const hidden = (number: number): Layer[] => [
  { id: `dense${number}`, kind: 'dense', attributes: { units: 4096 } },
  { id: `norm${number}`, kind: 'batchNorm', attributes: norm },
  { id: `sign${number}`, kind: 'sign', attributes: { mode: 'deterministic', gradient: 'clip' } },
  { id: `drop${number}`, kind: 'dropout', attributes: { rate: 0.5 } },
]

/** Supplement A.1; Train-time/mnist.py of the Theano code. */
export const mnistMlpTheano = definePreset({
  name: 'mnist-mlp-theano',
  about: 'The MNIST network of Hubara et al. 2016 (arXiv 1602.02830), supplement A.1, with the settings of its Theano code (Train-time/mnist.py): 784, dropout 0.2, three layers of 4096 with dropout 0.5, 10; deterministic signs, Adam, squared hinge.',
  reference: { source: 'Hubara et al. 2016, Table 1, Theano', testError: 0.96 },
  differs: [
    'the Theano code also trains a bias in every dense layer, since Lasagne adds one; in front of batch normalisation it has no effect and is left out here (--set nodes.dense1.bias=true puts one back)',
  ],
  open: [
    'whether a gradient passes at exactly |x| = 1 depended on the release of Theano; here it does, as Algorithm 1 says',
  ],
  dataset: 'mnist',
  architecture: network([
    [
      { id: 'input', kind: 'input', attributes: { height: 28, width: 28, channels: 1 } },
      { id: 'flatten', kind: 'flatten' },
      { id: 'drop0', kind: 'dropout', attributes: { rate: 0.2 } },
    ],
    hidden(1),
    hidden(2),
    hidden(3),
    [
      { id: 'dense4', kind: 'dense', attributes: { units: 10 } },
      { id: 'norm4', kind: 'batchNorm', attributes: norm },
      { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } },
    ],
  ]),
  recipe: {
    seed: 1234,
    epochs: 1000,
    batchSize: 100,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 3e-3, schedule: { kind: 'exponential', end: 3e-7 } },
    layerScale: { mode: 'exact' },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: { kind: 'scale', low: -1, high: 1 },
    validation: 10000,
    selection: 'bestValidationLatest',
  },
})
