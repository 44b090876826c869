import { definePreset } from './define.ts'
import { binarised, CENTRED, classifier, IMAGENET_DIFFERS, IMAGENET_OPEN, PICTURE } from './imageNet.ts'
import { network, type Layer } from './network.ts'

const pool = (number: number): Layer => ({ id: `pool${number}`, kind: 'maxPool', attributes: { size: 3, stride: 2 } })

function convolution(number: number, filters: number, kernel: number, stride: number, padding: number, ...behind: Layer[]): Layer[] {
  const id = `conv${number}`
  return [{ id, kind: 'conv2d', attributes: { filters, kernel, stride, padding } }, ...behind, ...binarised(id)]
}

function dense(number: number): Layer[] {
  const id = `dense${number}`
  return [{ id, kind: 'dense', attributes: { units: 4096 } }, ...binarised(id)]
}

/** Supplement B.3 and Table 4; strides and padding of eladhoffer/ImageNet-Training, Models/AlexNet_BN.lua. */
export const alexNet = definePreset({
  name: 'alexnet',
  about: 'AlexNet of Hubara et al. 2016 (arXiv 1602.02830), supplement B.3 and Table 4: convolutions of 64 (11 × 11), 192 (5 × 5), 384, 256 and 256 (3 × 3) filters with 3 × 3 max-pools behind the first, second and last, then 4096, 4096, 1000; binary weights and activations throughout, Adam, softmax, batch 512.',
  reference: { source: 'Hubara et al. 2016, Table 2: 40.1 % top-1 and 66.3 % top-5 accuracy', testError: 59.9 },
  differs: IMAGENET_DIFFERS,
  open: [
    'Table 4 gives neither strides nor padding; they are those of the AlexNet with batch normalisation of the same laboratory',
    'Table 4 has no pool behind the last convolution; that AlexNet has one, and 256 × 6 × 6 inputs of the first dense layer need it',
    'Table 4 says "Input 32 × 32", a slip from the table of CIFAR-10; 224 × 224 here',
    'Table 2 calls its figures error rates; they are accuracies. A later version (JMLR 2018) reports 41.8 % top-1, and the PyTorch code has three times the filters',
    ...IMAGENET_OPEN,
  ],
  dataset: 'imagenet',
  architecture: network([
    PICTURE,
    convolution(1, 64, 11, 4, 2, pool(1)),
    convolution(2, 192, 5, 1, 2, pool(2)),
    convolution(3, 384, 3, 1, 1),
    convolution(4, 256, 3, 1, 1),
    convolution(5, 256, 3, 1, 1, pool(5)),
    { id: 'flatten', kind: 'flatten' },
    dense(6),
    dense(7),
    classifier('dense8'),
  ]),
  recipe: {
    seed: 1234,
    epochs: 60,
    batchSize: 512,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-3, schedule: { kind: 'step', every: 20, factor: 0.1 } },
    layerScale: { mode: 'exact' },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: CENTRED,
    validation: 0,
    selection: 'last',
  },
})
