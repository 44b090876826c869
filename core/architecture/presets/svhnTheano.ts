import { convNet, THEANO, THEANO_BIAS, THEANO_MASK } from './convNet.ts'
import { definePreset } from './define.ts'

/** Supplement A.5; Train-time/svhn.py of the Theano code. */
export const svhnTheano = definePreset({
  name: 'svhn-convnet-theano',
  about: 'The SVHN network of Hubara et al. 2016 (arXiv 1602.02830), supplement A.5, with the settings of its Theano code (Train-time/svhn.py): the CIFAR-10 network with half as many filters, 64, 64, 128, 128, 256 and 256, then 1024, 1024, 10; deterministic signs, Adam, squared hinge, no dropout. For the 604,388 training images with the extra ones.',
  reference: { source: 'Hubara et al. 2016, Table 1, Theano', testError: 2.8 },
  differs: [
    THEANO_BIAS,
    'the Theano code validates on 6,000 images, 400 of every class from the training set and 200 from the extra one; here the last 6,000 of the training images are held out',
    'the Theano code leaves the incomplete last batch out of its test error too, so that it is over 26,000 of the 26,032 images; here it is over all',
  ],
  open: [THEANO_MASK],
  dataset: 'svhn',
  architecture: convNet(64, THEANO),
  recipe: {
    seed: 1234,
    epochs: 200,
    batchSize: 50,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-3, schedule: { kind: 'exponential', end: 1e-6 } },
    layerScale: { mode: 'exact' },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: { kind: 'scale', low: -1, high: 1 },
    validation: 6000,
    selection: 'bestValidationLatest',
  },
})
