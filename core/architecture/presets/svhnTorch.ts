import { convNet, TORCH, TORCH_ADAMAX, TORCH_DIFFERS } from './convNet.ts'
import { definePreset } from './define.ts'

/** Supplement A.5; Main_BinaryNet_SVHN.lua and Models/BinaryNet_SVHN_Model.lua of the Torch7 code. */
export const svhnTorch = definePreset({
  name: 'svhn-convnet-torch',
  about: 'The SVHN network of Hubara et al. 2016 (arXiv 1602.02830), supplement A.5, with the settings of its Torch7 code (Main_BinaryNet_SVHN.lua): the CIFAR-10 network with half as many filters, 64, 64, 128, 128, 256 and 256, then 1024, 1024, 10; shift-based batch normalisation, stochastic signs, shift-based AdaMax, squared hinge. For the 604,388 training images with the extra ones.',
  reference: { source: 'Hubara et al. 2016, Table 1, Torch7', testError: 2.53 },
  differs: [
    'the Torch7 code normalises the contrast of every picture, globally and then locally, divides each set by its own maximum, and standardises the result; such pictures are no 8-bit pixels, so that here one mean and one standard deviation of all pixels stand in, unless asked for: --set \'recipe.preprocessing=[{"kind":"gcn"},{"kind":"lcn"},{"kind":"standardise"}]\', which leaves out the maxima',
    ...TORCH_DIFFERS,
  ],
  open: [
    'the rate starts at 2^-7 and is halved every 20 epochs in the code; the supplement refers to CIFAR-10, where it starts at 2^-6 (--set recipe.learningRate.start=0.015625) and is halved every 50 (--set recipe.learningRate.schedule.every=50)',
    'the number of epochs is not stated, and the code has no end; 200 is chosen here, as in the Theano code, the last 20 of them at a rate of 2^-16',
    'how many images are held out is not known; 6,000 is chosen here, as in the Theano code',
    TORCH_ADAMAX,
  ],
  dataset: 'svhn',
  architecture: convNet(64, TORCH),
  recipe: {
    seed: 1234,
    epochs: 200,
    batchSize: 200,
    optimizer: { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 },
    learningRate: { start: 2 ** -7, schedule: { kind: 'halve', every: 20 } },
    layerScale: { mode: 'powerOfTwo' },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: { kind: 'standardise' },
    validation: 6000,
    selection: 'bestValidationLatest',
  },
})
