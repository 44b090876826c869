import type { Architecture, Attributes } from '../document.ts'
import { network, type Layer } from './network.ts'

/** What stands behind the layers of the convolutional networks, and behind the last. */
export interface Around {
  readonly norm: Attributes
  readonly sign: Attributes
  readonly lastNorm: Attributes
}

/**
 * The network of supplement A.3 (Hubara et al. 2016, Table 1), which A.4 and A.5 use as well: six convolutions of 3 x 3 in
 * pairs of `width`, 2 `width` and 4 `width` filters, each pair ending in a 2 x 2 max-pool in front of its batch
 * normalisation, then dense layers of 1024, 1024 and 10.
 */
export function convNet(width: number, { norm, sign, lastNorm }: Around): Architecture {
  const behind = (number: number): Layer[] => [
    { id: `norm${number}`, kind: 'batchNorm', attributes: norm },
    { id: `sign${number}`, kind: 'sign', attributes: sign },
  ]
  const pair = (first: number, filters: number): Layer[][] => [
    [convolution(first, filters), ...behind(first)],
    [convolution(first + 1, filters), { id: `pool${first + 1}`, kind: 'maxPool', attributes: { size: 2, stride: 2 } }, ...behind(first + 1)],
  ]
  const dense = (number: number): Layer[] => [{ id: `dense${number}`, kind: 'dense', attributes: { units: 1024 } }, ...behind(number)]
  return network([
    [{ id: 'input', kind: 'input', attributes: { height: 32, width: 32, channels: 3 } }],
    ...pair(1, width),
    ...pair(3, 2 * width),
    ...pair(5, 4 * width),
    [{ id: 'flatten', kind: 'flatten' }, ...dense(7)],
    dense(8),
    [
      { id: 'dense9', kind: 'dense', attributes: { units: 10 } },
      { id: 'norm9', kind: 'batchNorm', attributes: lastNorm },
      { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } },
    ],
  ])
}

function convolution(number: number, filters: number): Layer {
  return { id: `conv${number}`, kind: 'conv2d', attributes: { filters, kernel: 3, stride: 1, padding: 1 } }
}

const vanilla = { mode: 'vanilla', epsilon: 1e-4, momentum: 0.1, running: 'inverseStd' } as const

/** As Train-time/cifar10.py and svhn.py have it. */
export const THEANO: Around = { norm: vanilla, sign: { mode: 'deterministic', gradient: 'clip' }, lastNorm: vanilla }

/** As Models/BinaryNet_Cifar10_Model.lua and BinaryNet_SVHN_Model.lua have it. */
export const TORCH: Around = {
  norm: { mode: 'shift', epsilon: 1e-5, momentum: 0.125, running: 'inverseStd' },
  sign: { mode: 'stochastic', gradient: 'strict' },
  lastNorm: { mode: 'vanilla', epsilon: 1e-5, momentum: 0.1, running: 'variance', gammaInit: 'uniform' },
}

export const THEANO_BIAS = 'the Theano code also trains a bias in every layer with weights, since Lasagne adds one; in front of batch normalisation it has no effect, a max-pool in between or not, and is left out here (--set nodes.conv1.bias=true puts one back)'
export const THEANO_MASK = 'whether a gradient passes at exactly |x| = 1 depended on the release of Theano; here it does, as Algorithm 1 says'

/** What both convolutional networks of the Torch7 code differ in from how they are trained here. */
export const TORCH_DIFFERS = [
  'the Torch7 code also trains a bias in every layer with weights; in front of batch normalisation it has no effect and is left out here',
  'in Torch7 the sign of exactly 0 is 0 in evaluation; here it is +1, as in the paper (--set nodes.sign1.zero=zero)',
  'in Torch7 the weights of convolutions start within ±1 / sqrt(9 × channels) and those of dense layers within ±1; here all start within ±1 (--set recipe.weightInit=fanIn starts all of them as its convolutions)',
]
export const TORCH_ADAMAX = 'AdaMax follows the code, which rounds v where it is stored and has beta 0.9 and 0.999; Algorithm 3 of the paper is --set recipe.optimizer={"kind":"adamaxShift","mode":"paper"} with a rate of 2^-10'
