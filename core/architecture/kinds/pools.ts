import { z } from 'zod'
import { NO_COST, onlyInput, type Cost, type FieldHelp, type Inferred, type LayerKind } from '../kind.ts'
import { elements, MAX_VALUES, type Flow, type Signal } from '../signal.ts'
import { MAX_WINDOW, windowPlaces, windowProblem, type Window } from '../window.ts'
import { needsPicture, outputTooLarge, refusesFlow } from './complaints.ts'

const windowAttributes = z.strictObject({
  size: z.int().min(1).max(MAX_WINDOW).default(2),
  stride: z.int().min(1).max(MAX_WINDOW).default(2),
  padding: z.int().min(0).max(MAX_WINDOW - 1).default(0),
})
export type MaxPoolAttributes = z.infer<typeof windowAttributes>
export type AvgPoolAttributes = z.infer<typeof windowAttributes>

const globalAttributes = z.strictObject({})
export type GlobalAvgPoolAttributes = z.infer<typeof globalAttributes>

const windowFields: Record<keyof MaxPoolAttributes, FieldHelp> = {
  size: { label: 'Size', help: 'Side of the square that becomes one value.', unit: 'pixels', source: '2 in the CIFAR-10 and SVHN networks, 3 in AlexNet and GoogLeNet (Hubara et al. 2016, supplement, Tables 1, 3 and 4)' },
  stride: { label: 'Stride', help: 'How far the square moves at a time. Rows and columns left over at the end are not read.', unit: 'pixels' },
  padding: { label: 'Padding', help: 'Rows and columns on every side that hold nothing; only values inside the picture count.', unit: 'pixels' },
}

/** A pool that moves a window over the picture, channel by channel. */
function windowed(node: string, source: Signal, written: Window, what: string, output: Flow | undefined, takes: string, cost: (values: number) => Partial<Cost>): Inferred {
  if (output === undefined) return { problems: [refusesFlow(node, source, takes)] }
  if (source.shape.length !== 3) return { problems: [needsPicture(node, what, source)] }
  const [height, width, depth] = source.shape
  const problem = windowProblem(node, height, width, written, { size: 'size', what: 'window' })
  if (problem) return { problems: [problem] }
  const shape = [windowPlaces(height, written), windowPlaces(width, written), depth] as const
  if (elements(shape) > MAX_VALUES) {
    // Without padding no pool gives more than it gets, which fits.
    return { problems: [outputTooLarge(node, elements(shape), { label: 'Leave out the padding', node, set: { padding: 0, size: Math.min(written.size, height, width) } })] }
  }
  return { output: { shape, flow: output }, cost: { ...NO_COST, ...cost(elements(shape)) } }
}

const MAXIMUM: Partial<Record<Flow, Flow>> = { bits: 'bits', integers: 'integers', reals: 'reals' }

export const maxPool: LayerKind<typeof windowAttributes> = {
  kind: 'maxPool',
  family: 'pool',
  title: 'Max-pool',
  summary: 'The largest value of every square, channel by channel. Belongs between a convolution and its batch normalisation; on bits it is an OR.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes: windowAttributes,
  fields: windowFields,
  initial: {},

  /**
   * Nothing is saved: backward finds the maxima again in the input, which is bits that stay, or sums computed again. No
   * cost is counted, since there is nothing but comparisons.
   */
  infer(inputs, attributes, node) {
    const source = onlyInput(inputs)
    const takes = 'a max-pool takes sums or reals behind a convolution, or bits behind a sign'
    return windowed(node, source, attributes, 'a max-pool', MAXIMUM[source.flow], takes, () => ({}))
  },
}

const averages = (flow: Flow): Flow | undefined => (flow === 'pixels' ? undefined : 'reals')
const averageTakes = (what: string): string => `${what} takes what layers compute, and the first layer with weights reads 8-bit pixels as they are`

export const avgPool: LayerKind<typeof windowAttributes> = {
  kind: 'avgPool',
  family: 'pool',
  title: 'Average pool',
  summary: 'The mean of every square, channel by channel, over the values inside the picture. Gives reals, from bits too.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes: windowAttributes,
  fields: windowFields,
  initial: {},

  infer(inputs, attributes, node) {
    const source = onlyInput(inputs)
    return windowed(node, source, attributes, 'an average pool', averages(source.flow), averageTakes('an average pool'), values => ({ floatMacs: values * attributes.size * attributes.size }))
  },
}

export const globalAvgPool: LayerKind<typeof globalAttributes> = {
  kind: 'globalAvgPool',
  family: 'pool',
  title: 'Global average pool',
  summary: 'The mean of every channel over the whole picture: a vector of one real a channel.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes: globalAttributes,
  fields: {},
  initial: {},

  infer(inputs, _attributes, node) {
    const source = onlyInput(inputs)
    const output = averages(source.flow)
    if (output === undefined) return { problems: [refusesFlow(node, source, averageTakes('a global average pool'))] }
    if (source.shape.length !== 3) return { problems: [needsPicture(node, 'a global average pool', source)] }
    return { output: { shape: [source.shape[2]], flow: output }, cost: { ...NO_COST, floatMacs: elements(source.shape) } }
  },
}
