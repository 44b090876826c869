import { definePreset } from './define.ts'
import { network, type Layer } from './network.ts'

const hidden = (number: number): Layer[] => [
  { id: `dense${number}`, kind: 'dense', attributes: { units: 2048 } },
  { id: `norm${number}`, kind: 'batchNorm', attributes: { mode: 'shift', epsilon: 1e-5, momentum: 0.125, running: 'inverseStd' } },
  { id: `sign${number}`, kind: 'sign', attributes: { mode: 'stochastic', gradient: 'strict' } },
]

/** Supplement A.2; Main_BinaryNet_MNIST.lua and Models/BinaryNet_MNIST_Model.lua of the Torch7 code. */
export const mnistMlpTorch = definePreset({
  name: 'mnist-mlp-torch',
  about: 'The MNIST network of Hubara et al. 2016 (arXiv 1602.02830), supplement A.2, with the settings of its Torch7 code (Main_BinaryNet_MNIST.lua): 784, three layers of 2048, 10; shift-based batch normalisation, stochastic signs, shift-based AdaMax, squared hinge.',
  reference: { source: 'Hubara et al. 2016, Table 1, Torch7', testError: 1.4 },
  differs: [
    'the Torch7 code also trains a bias in every dense layer; in front of batch normalisation it has no effect and is left out here',
    'in Torch7 the sign of exactly 0 is 0 in evaluation; here it is +1, as in the paper (--set nodes.sign1.zero=zero)',
    'the data loader of the Torch7 code has one image in both the training and the validation set, and drops another; here the last 10,000 are held out',
  ],
  open: [
    'the rate is halved every 10 epochs in the supplement, every 20 in the code (--set recipe.learningRate.schedule.every=20)',
    'the number of epochs is not stated, and the code has no end; 100 is chosen here, the last ten of them at a rate of 2^-15 (--set recipe.epochs=1000 for as many as A.1)',
    'AdaMax follows the code, which rounds v where it is stored and has beta 0.9 and 0.999; Algorithm 3 of the paper is --set recipe.optimizer={"kind":"adamaxShift","mode":"paper"} with a rate of 2^-10',
  ],
  dataset: 'mnist',
  architecture: network([
    [
      { id: 'input', kind: 'input', attributes: { height: 28, width: 28, channels: 1 } },
      { id: 'flatten', kind: 'flatten' },
    ],
    hidden(1),
    hidden(2),
    hidden(3),
    [
      { id: 'dense4', kind: 'dense', attributes: { units: 10 } },
      { id: 'norm4', kind: 'batchNorm', attributes: { mode: 'vanilla', epsilon: 1e-5, momentum: 0.1, running: 'variance', gammaInit: 'uniform' } },
      { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } },
    ],
  ]),
  recipe: {
    seed: 1234,
    epochs: 100,
    batchSize: 100,
    optimizer: { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 },
    learningRate: { start: 2 ** -6, schedule: { kind: 'halve', every: 10 } },
    layerScale: { mode: 'exact', batchNormScale: true },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: { kind: 'standardise' },
    validation: 10000,
    selection: 'bestValidationLatest',
  },
})
