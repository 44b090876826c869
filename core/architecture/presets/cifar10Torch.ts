import { convNet, TORCH, TORCH_ADAMAX, TORCH_DIFFERS } from './convNet.ts'
import { definePreset } from './define.ts'

/** Supplement A.4; Main_BinaryNet_Cifar10.lua and Models/BinaryNet_Cifar10_Model.lua of the Torch7 code. */
export const cifar10Torch = definePreset({
  name: 'cifar10-convnet-torch',
  about: 'The CIFAR-10 network of Hubara et al. 2016 (arXiv 1602.02830), supplement A.4, with the settings of its Torch7 code (Main_BinaryNet_Cifar10.lua): six 3 × 3 convolutions of 128, 128, 256, 256, 512 and 512 filters with three 2 × 2 max-pools, then 1024, 1024, 10; shift-based batch normalisation, stochastic signs, shift-based AdaMax, squared hinge.',
  reference: { source: 'Hubara et al. 2016, Table 1, Torch7', testError: 10.15 },
  differs: [
    'by default the Torch7 code whitens its pictures with ZCA, twice over; whitened pictures are no 8-bit pixels, so that here one mean and one standard deviation of all pixels stand in, unless asked for: --set \'recipe.preprocessing=[{"kind":"zca"},{"kind":"zca","bias":1e-5}]\'',
    ...TORCH_DIFFERS,
    'the data loader of the Torch7 code has one image in both the training and the validation set; here the last 5,000 are held out',
  ],
  open: [
    'the number of epochs is not stated, and the code has no end; 500 is chosen here, as in A.3, the last 50 of them at a rate of 2^-15',
    TORCH_ADAMAX,
  ],
  dataset: 'cifar10',
  architecture: convNet(128, TORCH),
  recipe: {
    seed: 1234,
    epochs: 500,
    batchSize: 200,
    optimizer: { kind: 'adamaxShift', mode: 'torch', beta1: 0.9, beta2: 0.999, epsilon: 2 ** -27 },
    learningRate: { start: 2 ** -6, schedule: { kind: 'halve', every: 50 } },
    layerScale: { mode: 'powerOfTwo' },
    // The code sets its whole clip vector, so biases and batch normalisation are clipped as well; only its CIFAR-10 model does.
    clip: 'everything',
    weightInit: 'unit',
    preprocessing: { kind: 'standardise' },
    validation: 5000,
    selection: 'bestValidationLatest',
  },
})
