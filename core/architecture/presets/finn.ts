import { definePreset } from './define.ts'
import { network, type Layer } from './network.ts'

/**
 * The networks of FINN (Umuroglu et al. 2017, arXiv 1612.07119) as its authors train them for FPGAs in BNN-PYNQ (bnn/src/training). Their
 * trained weights are saved in BinaryNet's order, so these are the projects to import them with.
 */
const norm = { mode: 'vanilla', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd' } as const
const sign = { mode: 'deterministic', gradient: 'clip' } as const

const behind = (number: number): Layer[] => [
  { id: `norm${number}`, kind: 'batchNorm', attributes: norm },
  { id: `sign${number}`, kind: 'sign', attributes: sign },
]
const dense = (number: number, units: number): Layer => ({ id: `dense${number}`, kind: 'dense', attributes: { units } })
const scores = (number: number): Layer[] => [dense(number, 10), { id: `norm${number}`, kind: 'batchNorm', attributes: norm }, { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } }]
const dropout = (number: number, rate: number): Layer => ({ id: `drop${number}`, kind: 'dropout', attributes: { rate } })

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const
const shared = {
  seed: 1234, optimizer: adam, layerScale: { mode: 'exact' }, clip: 'binaryWeights', weightInit: 'unit', preprocessing: { kind: 'scale', low: -1, high: 1 }, selection: 'bestValidationLatest',
} as const
const BIASES = 'the Theano code also trains a bias in every layer with weights but the last; in front of batch normalisation it has no effect and is left out here (an imported network keeps those of its file)'

/** bnn/src/training/lfc.py and mnist.py. */
export const finnLfc = definePreset({
  name: 'finn-lfc',
  about: 'LFC, the MNIST network of FINN (Umuroglu et al. 2017, arXiv 1612.07119), with the settings of BNN-PYNQ (bnn/src/training/lfc.py, mnist.py): pixels of +1 and -1, three layers of 1024, 10; dropout 0.2 and 0.5, Adam, squared hinge.',
  reference: { source: 'Umuroglu et al. 2017, Table 3, LFC-max', testError: 1.6 },
  differs: [BIASES],
  open: ['whether a gradient passes at exactly |x| = 1 depended on the release of Theano; here it does'],
  dataset: 'mnist',
  architecture: network([
    [{ id: 'input', kind: 'input', attributes: { height: 28, width: 28, channels: 1, coding: 'threshold', threshold: 0 } }, { id: 'flatten', kind: 'flatten' }, dropout(0, 0.2)],
    ...[1, 2, 3].map(number => [dense(number, 1024), ...behind(number), dropout(number, 0.5)]),
    scores(4),
  ]),
  recipe: { ...shared, epochs: 1000, batchSize: 100, learningRate: { start: 3e-3, schedule: { kind: 'exponential', end: 3e-7 } }, validation: 10000 },
})

const convolution = (number: number, filters: number): Layer => ({ id: `conv${number}`, kind: 'conv2d', attributes: { filters, kernel: 3, stride: 1, padding: 0 } })
const pool = (number: number): Layer => ({ id: `pool${number}`, kind: 'maxPool', attributes: { size: 2, stride: 2 } })

/** bnn/src/training/cnv.py and cifar10.py. */
export const finnCnv = definePreset({
  name: 'finn-cnv',
  about: 'CNV, the CIFAR-10 network of FINN (Umuroglu et al. 2017, arXiv 1612.07119), with the settings of BNN-PYNQ (bnn/src/training/cnv.py, cifar10.py): pixels of 8 bits of fixed point, six 3 × 3 convolutions without padding of 64, 64, 128, 128, 256 and 256 filters, a 2 × 2 max-pool behind the second and the fourth, then 512, 512, 10; Adam, squared hinge.',
  reference: { source: 'Umuroglu et al. 2017, Table 3, CNV-max on CIFAR-10', testError: 19.9 },
  differs: [BIASES, 'its last batch normalisation has one scale and one offset for all classes; here each class has its own'],
  open: ['whether a gradient passes at exactly |x| = 1 depended on the release of Theano; here it does'],
  dataset: 'cifar10',
  architecture: network([
    [{ id: 'input', kind: 'input', attributes: { height: 32, width: 32, channels: 3, coding: 'fixedPoint', bits: 8 } }],
    [convolution(1, 64), ...behind(1)],
    [convolution(2, 64), pool(2), ...behind(2)],
    [convolution(3, 128), ...behind(3)],
    [convolution(4, 128), pool(4), ...behind(4)],
    [convolution(5, 256), ...behind(5)],
    [convolution(6, 256), ...behind(6)],
    [{ id: 'flatten', kind: 'flatten' }, dense(7, 512), ...behind(7)],
    [dense(8, 512), ...behind(8)],
    scores(9),
  ]),
  recipe: { ...shared, epochs: 500, batchSize: 50, learningRate: { start: 1e-3, schedule: { kind: 'exponential', end: 3e-7 } }, validation: 5000 },
})
