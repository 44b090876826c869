import { z } from 'zod'
import type { Fix, LayerKind } from '../kind.ts'
import { elements, MAX_VALUES, type Signal } from '../signal.ts'
import { MAX_WINDOW, windowPlaces, windowProblem, type Window } from '../window.ts'
import { grouped } from '../wording.ts'
import { needsPicture, outputTooLarge } from './complaints.ts'
import { magnitudeProblem, MAX_WEIGHTS, weightAttributes, weightCost, weightFields, weightFlow, weightPorts } from './weights.ts'

const attributes = z.strictObject({
  filters: z.int().min(1).max(65536),
  kernel: z.int().min(1).max(MAX_WINDOW).default(3),
  stride: z.int().min(1).max(MAX_WINDOW).default(1),
  /** Left out: half the kernel, as windowOfConvolution works out. */
  padding: z.int().min(0).max(MAX_WINDOW - 1).optional(),
  ...weightAttributes,
})
export type Conv2dAttributes = z.infer<typeof attributes>

/** The window a convolution runs; padding that is left out keeps the size at stride 1 and an odd kernel: (kernel - 1) / 2. */
export function windowOfConvolution({ kernel, stride, padding }: Pick<Conv2dAttributes, 'kernel' | 'stride' | 'padding'>): Window {
  return { size: kernel, stride, padding: padding ?? Math.floor((kernel - 1) / 2) }
}

export const conv2d: LayerKind<typeof attributes> = {
  kind: 'conv2d',
  family: 'weights',
  title: 'Convolution',
  summary: 'Every filter is moved over the picture and gives, at every place, its dot product with what lies under it: XNOR and popcount when both are binary. Padding is exact zeros.',
  inputs: ['in'],
  hasOutput: true,
  passThrough: false,
  attributes,
  fields: {
    filters: { label: 'Filters', help: 'Number of output channels.', unit: 'filters' },
    kernel: {
      label: 'Kernel',
      help: 'Side of the square under a filter. The filter is not flipped (cross-correlation).',
      unit: 'pixels',
      source: '3 throughout the CIFAR-10 and SVHN networks (Hubara et al. 2016, supplement A.3 and Table 1); Theano flips filters, Torch7 does not, which matters for imported weights only',
    },
    stride: { label: 'Stride', help: 'How far the filter moves at a time.', unit: 'pixels', source: '1 in the CIFAR-10 and SVHN networks; 4 in the first layer of AlexNet' },
    padding: {
      label: 'Padding',
      help: 'Rows and columns of zeros on every side. A zero is neither +1 nor -1: taps outside the picture are left out of the sum. Left empty: half the kernel, which keeps the size at stride 1.',
      unit: 'pixels',
      source: 'both reference codes pad with zeros, 1 on every side of a 3 × 3 kernel',
    },
    ...weightFields('filter'),
  },
  initial: { filters: 64 },
  width: 'filters',
  ports: weightPorts,

  infer(inputs, written, node) {
    const [source, magnitude] = inputs as readonly [Signal, Signal?]
    if (source.shape.length !== 3) return { problems: [needsPicture(node, 'a convolution', source)] }
    const wrong = magnitudeProblem(node, source, magnitude)
    if (wrong) return { problems: [wrong] }
    const { filters } = written
    const [height, width, depth] = source.shape
    const window = windowOfConvolution(written)
    const problem = windowProblem(node, height, width, window, { size: 'kernel', what: 'kernel' })
    if (problem) return { problems: [problem] }
    const perFilter = window.size * window.size * depth
    const count = perFilter * filters
    if (count > MAX_WEIGHTS) {
      const most = Math.floor(MAX_WEIGHTS / perFilter)
      return {
        problems: [{
          code: 'tooLarge',
          severity: 'error',
          message: `${node} would have ${window.size} × ${window.size} × ${grouped(depth)} × ${grouped(filters)} = ${grouped(count)} weights; at most ${grouped(MAX_WEIGHTS)} are possible`,
          node,
          field: 'filters',
          fixes: [{ label: `Use ${grouped(most)} filters`, node, set: { filters: most } }],
        }],
      }
    }
    const shape = [windowPlaces(height, window), windowPlaces(width, window), filters] as const
    if (elements(shape) > MAX_VALUES) return { problems: [outputTooLarge(node, elements(shape), smaller(node, height, width, window, filters))] }
    return {
      output: { shape, flow: weightFlow(written, source) },
      cost: weightCost(written, { source, channels: depth, taps: window.size ** 2, places: shape[0] * shape[1], outputs: filters }),
    }
  },
}

/** As many filters as fit, or, if the picture alone is too large, the least stride at which one filter does. */
function smaller(node: string, height: number, width: number, window: Window, filters: number): Fix {
  const places = (stride: number): number => windowPlaces(height, { ...window, stride }) * windowPlaces(width, { ...window, stride })
  const most = Math.floor(MAX_VALUES / places(window.stride))
  if (most >= 1) return { label: `Use ${grouped(most)} filters`, node, set: { filters: most } }
  let stride = window.stride
  while (stride < MAX_WINDOW && places(stride) > MAX_VALUES) stride++
  const fitting = Math.min(filters, Math.floor(MAX_VALUES / places(stride)))
  return { label: `Use a stride of ${stride} and ${grouped(fitting)} filters`, node, set: { stride, filters: fitting } }
}
