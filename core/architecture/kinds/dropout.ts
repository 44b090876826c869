import { z } from 'zod'
import { NO_COST, onlyInput, type LayerKind } from '../kind.ts'
import { elements, type Flow } from '../signal.ts'

const attributes = z.strictObject({ rate: z.number().min(0).lt(1).default(0.5) })
export type DropoutAttributes = z.infer<typeof attributes>

const OUTPUT: Record<Flow, Flow> = { pixels: 'pixels', bits: 'ternary', ternary: 'ternary', integers: 'reals', reals: 'reals' }

export const dropout: LayerKind<typeof attributes> = {
  kind: 'dropout',
  family: 'regularise',
  title: 'Dropout',
  summary: 'Leaves values out at random while training, and divides the others by one minus the rate. Does nothing in evaluation.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: true,
  attributes,
  fields: {
    rate: {
      label: 'Rate',
      help: 'Share of the values left out of every image.',
      source: 'Theano MNIST network: 0.2 on the picture, 0.5 behind every hidden layer (supplement A.1)',
    },
  },
  initial: {},

  infer(inputs) {
    const source = onlyInput(inputs)
    // One bit a value says whether it was there.
    return { output: { shape: source.shape, flow: OUTPUT[source.flow] }, cost: { ...NO_COST, savedBits: elements(source.shape) } }
  },
}
