import { definePreset } from './define.ts'
import { CENTRED, IMAGENET_DIFFERS, PICTURE } from './imageNet.ts'
import { network, type Layer } from './network.ts'

const norm = { mode: 'vanilla', epsilon: 1e-5, momentum: 0.1, running: 'variance' } as const
const scaled = { weights: 'scaled', weightMask: 'strict', scaleGradient: 'paper' } as const

const pool = (number: number): Layer => ({ id: `pool${number}`, kind: 'maxPool', attributes: { size: 3, stride: 2 } })

/** Batch normalisation and sign in front of a layer with scaled weights, as XNOR-Net's blocks have them. */
function block(layer: Layer, ...behind: Layer[]): Layer[] {
  return [
    { id: `${layer.id}.norm`, kind: 'batchNorm', attributes: norm },
    { id: `${layer.id}.sign`, kind: 'sign', attributes: { gradient: 'strict' } },
    ...(layer.id === 'dense6' ? [{ id: 'flatten', kind: 'flatten' }] : []),
    layer,
    ...behind,
  ]
}

const conv = (number: number, filters: number, kernel: number): Layer => ({ id: `conv${number}`, kind: 'conv2d', attributes: { filters, kernel, ...scaled, centred: true } })
const dense = (number: number): Layer => ({ id: `dense${number}`, kind: 'dense', attributes: { units: 4096, ...scaled } })

/** Rastegari et al. 2016 (XNOR-Net), section 4; sizes of the AlexNet in its released code. */
export const xnorNet = definePreset({
  name: 'xnor-net-alexnet',
  about: 'AlexNet of XNOR-Net (Rastegari et al. 2016, arXiv 1603.05279): blocks of batch normalisation, sign, convolution and pool; weights are signs times the mean magnitude of their filter, and the first and last layers are real.',
  reference: { source: 'Rastegari et al. 2016, Table 1: 44.2 % top-1 and 69.2 % top-5 accuracy', testError: 55.8 },
  differs: [
    ...IMAGENET_DIFFERS,
    'the dense layers of the released code are convolutions and centred by place; here they are dense layers and not centred',
    'the released code multiplies gradients by the weights of a filter and 1e9 for Adam, which leaves its steps as they are',
  ],
  open: [
    'filters of 96, 256, 384, 384 and 256 and the pools are those of the released AlexNet as remembered; the paper does not list them',
    'the paper scales inputs by K, the released code does not; left out here (an inputScale attribute of each layer has it)',
    'the rates of the released training script are not recorded here; Adam at 1e-3 with a tenth every 18 epochs is chosen',
  ],
  dataset: 'imagenet',
  architecture: network([
    PICTURE,
    { id: 'conv1', kind: 'conv2d', attributes: { filters: 96, kernel: 11, stride: 4, padding: 2, weights: 'real' } },
    { id: 'conv1.norm', kind: 'batchNorm', attributes: norm },
    { id: 'conv1.relu', kind: 'activation', attributes: { function: 'relu' } },
    pool(1),
    block(conv(2, 256, 5), pool(2)),
    block(conv(3, 384, 3)),
    block(conv(4, 384, 3)),
    block(conv(5, 256, 3), pool(5)),
    block(dense(6)),
    block(dense(7)),
    { id: 'dense7.after', kind: 'batchNorm', attributes: norm },
    { id: 'dense7.relu', kind: 'activation', attributes: { function: 'relu' } },
    { id: 'dense8', kind: 'dense', attributes: { units: 1000, weights: 'real', bias: true } },
    { id: 'head', kind: 'head', attributes: { loss: 'crossEntropy' } },
  ]),
  recipe: {
    seed: 1234,
    epochs: 54,
    batchSize: 512,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-3, schedule: { kind: 'step', every: 18, factor: 0.1 } },
    layerScale: { mode: 'off' },
    clip: 'binaryWeights',
    weightInit: 'fanIn',
    preprocessing: CENTRED,
    validation: 0,
    selection: 'last',
  },
})
