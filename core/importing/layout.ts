import { elements } from '../architecture/signal.ts'
import type { Model } from '../training/model.ts'

/**
 * How other frameworks lay their weights out.
 * lasagne: convolutions [outputs][inputs][y][x], dense layers [inputs][outputs], pictures flattened channel by channel.
 * torch: the same, but dense layers [outputs][inputs].
 * keras: convolutions [y][x][inputs][outputs], dense layers [inputs][outputs], pictures flattened pixel by pixel, as here.
 */
export const LAYOUTS = ['lasagne', 'torch', 'keras'] as const
export type Layout = (typeof LAYOUTS)[number]

/** For every index of a vector here, the index of the same value there; undefined where they are the same. */
export type Order = Uint32Array | undefined

/** The shape that a framework gives the weights of a convolution. */
export function convolutionShape(layout: Layout, { inputs, outputs, kernel }: { readonly inputs: number; readonly outputs: number; readonly kernel: number }): readonly number[] {
  return layout === 'keras' ? [kernel, kernel, inputs, outputs] : [outputs, inputs, kernel, kernel]
}

export function denseShape(layout: Layout, { inputs, outputs }: { readonly inputs: number; readonly outputs: number }): readonly number[] {
  return layout === 'torch' ? [outputs, inputs] : [inputs, outputs]
}

/**
 * Where values of a convolution's weights stand in their file: of ours at [tap * inputs + channel][output], tap = y * kernel + x.
 * Flipped filters are turned by 180 degrees: Theano convolves, we correlate.
 */
export function convolutionPlace(layout: Layout, { inputs, outputs, kernel }: { readonly inputs: number; readonly outputs: number; readonly kernel: number }, flipped: boolean): (row: number, output: number) => number {
  const taps = kernel * kernel
  return (row, output) => {
    const tap = flipped ? taps - 1 - Math.floor(row / inputs) : Math.floor(row / inputs)
    const channel = row % inputs
    return layout === 'keras' ? (tap * inputs + channel) * outputs + output : (output * inputs + channel) * taps + tap
  }
}

export function densePlace(layout: Layout, { inputs, outputs }: { readonly inputs: number; readonly outputs: number }, order: Order): (row: number, output: number) => number {
  return (row, output) => {
    const input = order?.[row] ?? row
    return layout === 'torch' ? output * inputs + input : input * outputs + output
  }
}

/**
 * The order of every node's output as a vector, by id. Only a flattened picture has one of its own; layers that keep a vector's
 * places pass it on, a dense layer ends it.
 */
export function vectorOrders(model: Model, layout: Layout): ReadonlyMap<string, Order> {
  const orders = new Map<string, Order>()
  for (const id of model.order) {
    const { kind, sources, inputs, signal } = model.node(id)
    if (signal?.shape.length !== 1 || kind === 'dense' || layout === 'keras') continue
    const [first] = inputs
    if (kind === 'flatten' && first?.shape.length === 3) {
      const [height, width, channels] = first.shape
      orders.set(id, channels === 1 ? undefined : Uint32Array.from({ length: height * width * channels }, (_, at) => (at % channels) * height * width + Math.floor(at / channels)))
    } else if (kind === 'concat') {
      orders.set(id, joined(sources.map(source => orders.get(source)), inputs.map(({ shape }) => elements(shape))))
    } else if (first?.shape.length === 1) {
      orders.set(id, orders.get(sources[0] as string))
    }
  }
  return orders
}

function joined(orders: readonly Order[], lengths: readonly number[]): Order {
  if (orders.every(order => order === undefined)) return undefined
  const out = new Uint32Array(lengths.reduce((sum, length) => sum + length, 0))
  let offset = 0
  for (const [part, order] of orders.entries()) {
    const length = lengths[part] as number
    for (let at = 0; at < length; at++) out[offset + at] = offset + (order?.[at] ?? at)
    offset += length
  }
  return out
}
