import { convNet, THEANO, THEANO_BIAS, THEANO_MASK } from './convNet.ts'
import { definePreset } from './define.ts'

/** Supplement A.3 and Table 1; Train-time/cifar10.py of the Theano code. */
export const cifar10Theano = definePreset({
  name: 'cifar10-convnet-theano',
  about: 'The CIFAR-10 network of Hubara et al. 2016 (arXiv 1602.02830), supplement A.3, with the settings of its Theano code (Train-time/cifar10.py): six 3 × 3 convolutions of 128, 128, 256, 256, 512 and 512 filters with three 2 × 2 max-pools, then 1024, 1024, 10; deterministic signs, Adam, squared hinge, no dropout.',
  reference: { source: 'Hubara et al. 2016, Table 1, Theano', testError: 11.4 },
  differs: [
    THEANO_BIAS,
    'Theano flips its filters; weights trained there have to be turned by 180° to be used here',
  ],
  open: [
    'the code imports ZCA whitening but does not use it, and the author named it in an issue: the pixels are scaled to -1..1 here, as the code does',
    THEANO_MASK,
  ],
  dataset: 'cifar10',
  architecture: convNet(128, THEANO),
  recipe: {
    seed: 1234,
    epochs: 500,
    batchSize: 50,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-3, schedule: { kind: 'exponential', end: 3e-7 } },
    layerScale: { mode: 'exact' },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: { kind: 'scale', low: -1, high: 1 },
    validation: 5000,
    selection: 'bestValidationLatest',
  },
})
