import { definePreset } from './define.ts'
import { network, type Layer } from './network.ts'

const hidden = (number: number): Layer[] => [
  { id: `dense${number}`, kind: 'dense', attributes: { units: 512 } },
  { id: `norm${number}`, kind: 'batchNorm' },
  { id: `sign${number}`, kind: 'sign' },
]

/** The demo: minutes on a processor, and every part of the large networks in it. */
export const digits = definePreset({
  name: 'digits',
  about: 'A small network for a first look: 10,000 handwritten digits of MNIST, two layers of 512, trained as supplement A.1 of Hubara et al. 2016 (arXiv 1602.02830) trains its large one, but without dropout, for 8 epochs and at a higher rate. Not an experiment of the paper.',
  dataset: 'digits',
  architecture: network([
    [
      { id: 'input', kind: 'input', attributes: { height: 28, width: 28, channels: 1 } },
      { id: 'flatten', kind: 'flatten' },
    ],
    hidden(1),
    hidden(2),
    [
      { id: 'dense3', kind: 'dense', attributes: { units: 10 } },
      { id: 'norm3', kind: 'batchNorm' },
      { id: 'head', kind: 'head', attributes: { loss: 'squaredHinge' } },
    ],
  ]),
  recipe: {
    seed: 1234,
    epochs: 8,
    batchSize: 100,
    optimizer: { kind: 'adam' },
    learningRate: { start: 1e-2, schedule: { kind: 'exponential', end: 1e-4 } },
    layerScale: { mode: 'exact' },
    validation: 1000,
  },
})
