import type { Layer } from './network.ts'

/** What both ImageNet networks of supplement B.3 share: 224 x 224 pixels, and no code that could tell what the text leaves out. */
export const PICTURE: Layer = { id: 'input', kind: 'input', attributes: { height: 224, width: 224, channels: 3 } }

const norm = { mode: 'vanilla', epsilon: 1e-5, momentum: 0.1, running: 'variance' } as const

/** Batch normalisation and the sign behind layer `name`, called after it. */
export function binarised(name: string): Layer[] {
  return [
    { id: `${name}.norm`, kind: 'batchNorm', attributes: norm },
    { id: `${name}.sign`, kind: 'sign', attributes: { mode: 'deterministic', gradient: 'clip' } },
  ]
}

/** A classifier over the 1,000 classes: dense, batch normalisation, softmax and the negative log-likelihood times `weight`. */
export function classifier(name: string, weight = 1): Layer[] {
  return [
    { id: name, kind: 'dense', attributes: { units: 1000 } },
    { id: `${name}.norm`, kind: 'batchNorm', attributes: norm },
    { id: `${name}.head`, kind: 'head', attributes: { loss: 'crossEntropy', weight } },
  ]
}

export const CENTRED = { kind: 'scale', low: -1, high: 127 / 128 } as const

export const IMAGENET_DIFFERS = [
  'trained on one 224 × 224 crop a picture; the same laboratory crops 224 at random out of 256 and mirrors at random',
]
export const IMAGENET_OPEN = [
  'the rate to start with, the number of epochs, the layer learning-rate scale, clipping and where weights start are not stated; chosen here as in the CIFAR-10 network of A.3, with a rate of 1e-3',
  'which batch normalisation is meant is not stated; vanilla here, with the epsilon and momentum of Torch7',
  'whether signs are stochastic in training is not stated; deterministic here (--set nodes.conv1.sign.mode=stochastic)',
  'how pixels are scaled is not stated; (x - 128) / 128 here, as the ImageNet code of the same laboratory (eladhoffer/ImageNet-Training)',
]
