import { definePreset } from './define.ts'
import { binarised, CENTRED, classifier, IMAGENET_DIFFERS, IMAGENET_OPEN, PICTURE } from './imageNet.ts'
import { network, type Layer } from './network.ts'

/** Filters of an inception module: of its 1 x 1, of the 1 x 1 and 3 x 3 of its second branch and of its third, and what pools. */
interface Module {
  readonly name: string
  /** 0: no such branch, and the picture is halved. */
  readonly single: number
  readonly triple: readonly [reduced: number, filters: number]
  readonly double: readonly [reduced: number, filters: number]
  readonly pool: { readonly kind: 'average' | 'max'; readonly filters: number }
}

const average = (filters: number): Module['pool'] => ({ kind: 'average', filters })
const max = (filters: number): Module['pool'] => ({ kind: 'max', filters })

const MODULES: readonly Module[] = [
  { name: '3a', single: 64, triple: [64, 64], double: [64, 96], pool: average(32) },
  { name: '3b', single: 64, triple: [64, 96], double: [64, 96], pool: average(64) },
  { name: '3c', single: 0, triple: [128, 160], double: [64, 96], pool: max(0) },
  { name: '4a', single: 224, triple: [64, 96], double: [96, 128], pool: average(128) },
  { name: '4b', single: 192, triple: [96, 128], double: [96, 128], pool: average(128) },
  { name: '4c', single: 160, triple: [128, 160], double: [128, 160], pool: average(96) },
  { name: '4d', single: 96, triple: [128, 192], double: [160, 192], pool: average(96) },
  { name: '4e', single: 0, triple: [128, 192], double: [192, 256], pool: max(0) },
  { name: '5a', single: 352, triple: [192, 320], double: [160, 224], pool: average(128) },
  { name: '5b', single: 352, triple: [192, 320], double: [192, 224], pool: max(128) },
]

const conv = (id: string, filters: number, kernel: number, stride = 1, from?: string): Layer => ({
  id, kind: 'conv2d', attributes: { filters, kernel, stride, padding: (kernel - 1) / 2 }, ...(from !== undefined && { from: [from] }),
})

/** The module's layers; its output is `name`, a concatenation of bits. */
function inception(from: string, { name, single, triple, double, pool }: Module): Layer[] {
  const stride = single === 0 ? 2 : 1
  const id = (part: string): string => `inc${name}.${part}`
  const binary = (layer: Layer, ...between: Layer[]): Layer[] => [layer, ...between, ...binarised(layer.id)]
  const branches: Layer[][] = [
    single === 0 ? [] : binary(conv(id('one'), single, 1, 1, from)),
    [...binary(conv(id('three1'), triple[0], 1, 1, from)), ...binary(conv(id('three2'), triple[1], 3, stride))],
    [...binary(conv(id('double1'), double[0], 1, 1, from)), ...binary(conv(id('double2'), double[1], 3)), ...binary(conv(id('double3'), double[1], 3, stride))],
    pool.kind === 'average'
      ? binary(conv(id('pooled'), pool.filters, 1, 1, from), { id: id('pool'), kind: 'avgPool', attributes: { size: 3, stride: 1, padding: 1 } })
      : [
          { id: id('pool'), kind: 'maxPool', attributes: { size: 3, stride, padding: 1 }, from: [from] },
          ...(pool.filters === 0 ? [] : binary(conv(id('pooled'), pool.filters, 1))),
        ],
  ].filter(branch => branch.length > 0)
  return [...branches.flat(), { id: `inc${name}`, kind: 'concat', attributes: { inputs: branches.length }, from: branches.map(branch => (branch.at(-1) as Layer).id) }]
}

function auxiliary(name: string, from: string): Layer[] {
  return [
    conv(`${name}.conv`, 128, 1, 1, from),
    { id: `${name}.pool`, kind: 'avgPool', attributes: { size: 5, stride: 3 } },
    ...binarised(`${name}.conv`),
    { id: `${name}.flatten`, kind: 'flatten' },
    { id: `${name}.dense1`, kind: 'dense', attributes: { units: 768 } },
    ...binarised(`${name}.dense1`),
    ...classifier(`${name}.dense2`, 0.3),
  ]
}

const pool = (id: string): Layer => ({ id, kind: 'maxPool', attributes: { size: 3, stride: 2, padding: 1 } })

/** Supplement B.3 and Table 3; the modules of eladhoffer/convNet.torch, models/Inception_v2.lua. */
export const googLeNet = definePreset({
  name: 'googlenet',
  about: 'GoogLeNet of Hubara et al. 2016 (arXiv 1602.02830), supplement B.3 and Table 3: two convolutions, ten inception modules, an average over all places and a classifier, with two auxiliary classifiers on the way; binary weights and activations throughout, Adam, softmax, batch 64.',
  reference: { source: 'Hubara et al. 2016, Table 2: 47.1 % top-1 and 68.3 % top-5 accuracy', testError: 52.9 },
  differs: [
    'where a 1 × 1 convolution followed an average pool it stands in front of it here: the same sums, and the convolution works on bits',
    ...IMAGENET_DIFFERS,
  ],
  open: [
    'Table 3 counts ten modules without their filters; these are those of Inception v2 as the same laboratory published it (eladhoffer/convNet.torch), which also has ten',
    'where the auxiliary classifiers branch off, and their weight, are not stated; behind modules 3c and 4c with 0.3 each, as there',
    'whether the last classifier reads averages of bits or their signs is not stated; averages here',
    'Table 2 calls its figures error rates; they are accuracies. A later version (JMLR 2018) reports 69.1 % top-5',
    ...IMAGENET_OPEN,
  ],
  dataset: 'imagenet',
  architecture: network([
    PICTURE,
    conv('conv1', 64, 7, 2), pool('pool1'), binarised('conv1'),
    conv('conv2', 192, 3), pool('pool2'), binarised('conv2'),
    ...MODULES.map((module, at) => [
      inception(at === 0 ? 'conv2.sign' : `inc${(MODULES[at - 1] as Module).name}`, module),
      module.name === '3c' ? auxiliary('aux1', 'inc3c') : module.name === '4c' ? auxiliary('aux2', 'inc4c') : [],
    ].flat()),
    { id: 'average', kind: 'globalAvgPool', from: ['inc5b'] },
    classifier('dense'),
  ]),
  recipe: {
    seed: 1234,
    epochs: 30,
    batchSize: 64,
    optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8 },
    learningRate: { start: 1e-3, schedule: { kind: 'step', every: 10, factor: 0.1 } },
    layerScale: { mode: 'exact' },
    clip: 'binaryWeights',
    weightInit: 'unit',
    preprocessing: CENTRED,
    validation: 0,
    selection: 'last',
  },
})
