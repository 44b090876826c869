import { definePreset } from './define.ts'
import { CENTRED, IMAGENET_DIFFERS, PICTURE } from './imageNet.ts'
import { network, type Layer } from './network.ts'

const norm = { mode: 'vanilla', epsilon: 1e-5, momentum: 0.1, running: 'variance' } as const
const binary = { weights: 'scaled', scaleGradient: 'unit', weightMask: 'clip' } as const

/** Sign, convolution, batch normalisation, and the block's real input added: a shortcut around every binary convolution. */
function block(id: string, from: string, filters: number, stride: number): Layer[] {
  const shortcut: Layer[] = stride === 1 ? [] : [
    { id: `${id}.pool`, kind: 'avgPool', attributes: { size: 2, stride: 2 }, from: [from] },
    { id: `${id}.project`, kind: 'conv2d', attributes: { filters, kernel: 1, weights: 'real' } },
    { id: `${id}.project.norm`, kind: 'batchNorm', attributes: norm },
  ]
  return [
    { id: `${id}.sign`, kind: 'sign', attributes: { gradient: 'approxSign' }, from: [from] },
    { id: `${id}.conv`, kind: 'conv2d', attributes: { filters, kernel: 3, stride, padding: 1, ...binary } },
    { id: `${id}.norm`, kind: 'batchNorm', attributes: norm },
    ...shortcut,
    { id, kind: 'add', from: [`${id}.norm`, stride === 1 ? from : `${id}.project.norm`] },
  ]
}

/** Four stages of four convolutions, the first of all but the first stage halving the picture. */
const STAGES = [64, 128, 256, 512] as const
const blocks = STAGES.flatMap((filters, stage) => [1, 2, 3, 4].map(number => ({ id: `block${stage + 1}.${number}`, filters, stride: stage > 0 && number === 1 ? 2 : 1 })))

/** Liu et al. 2018 (Bi-Real Net), section 3 and Figure 3; liuzechun/Bi-Real-net. */
export const biReal18 = definePreset({
  name: 'bi-real-18',
  about: 'Bi-Real Net with 18 layers (Liu et al. 2018, arXiv 1808.00278): a ResNet whose 3 × 3 convolutions are binary, each with a real-valued shortcut around it; signs with the slope of approxSign, weights as signs times the mean magnitude of their filter; the first, the last and the shortcuts\' 1 × 1 convolutions are real.',
  reference: { source: 'Liu et al. 2018, Table 2: 56.4 % top-1 accuracy', testError: 43.6 },
  differs: IMAGENET_DIFFERS,
  open: [
    'pixels are scaled by (x - 128) / 128 here; the released code normalises each channel by the means of ImageNet',
  ],
  dataset: 'imagenet',
  architecture: network([
    PICTURE,
    { id: 'conv1', kind: 'conv2d', attributes: { filters: 64, kernel: 7, stride: 2, padding: 3, weights: 'real' } },
    { id: 'conv1.norm', kind: 'batchNorm', attributes: norm },
    { id: 'pool1', kind: 'maxPool', attributes: { size: 3, stride: 2, padding: 1 } },
    ...blocks.map(({ id, filters, stride }, at) => block(id, at === 0 ? 'pool1' : (blocks[at - 1] as (typeof blocks)[number]).id, filters, stride)),
    { id: 'average', kind: 'globalAvgPool' },
    { id: 'dense', kind: 'dense', attributes: { units: 1000, weights: 'real', bias: true } },
    { id: 'head', kind: 'head', attributes: { loss: 'crossEntropy' } },
  ]),
  recipe: {
    seed: 1234,
    epochs: 256,
    batchSize: 512,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-3, schedule: { kind: 'linear' } },
    layerScale: { mode: 'off' },
    clip: 'off',
    weightInit: 'fanIn',
    preprocessing: CENTRED,
    validation: 0,
    selection: 'last',
  },
})
