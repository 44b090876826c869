/**
 * One layer by itself, from inputs that somebody else computed. Held against a device layer by layer from the device's own tensors,
 * no decision of an earlier layer stands between the two; those of this layer that are too close to call are named one by one.
 */
import { batchStatistics, normalise, type BatchStatistics } from './batchNorm.ts'
import { elementDraws } from './draws.ts'
import type { Layer } from './graph.ts'
import { Margins } from './margins.ts'
import { at, Matrix } from './numbers.ts'
import { named } from './parameters.ts'
import { overThreshold, type Result, type Training } from './passes.ts'
import { tapsInside, type Size } from './window.ts'

/** Values closer than this to a threshold, in parts of the larger of 1 and themselves, may rightly be decided otherwise. */
const DOUBT = 1e-5

/** By element, row-major: whether float32 may differ there by more than rounding. Left out: nowhere. */
export interface Doubts {
  readonly output?: Uint8Array
  /** The gradient passed to the (only) input. */
  readonly input?: Uint8Array
  /** Parameters of a channel. */
  readonly channels?: Uint8Array
}

/** Where a layer's own decisions on `input`, its first, are in doubt. Of what is exact no decision is. */
export function doubtsOf(layer: Layer, parameters: ReadonlyMap<string, Float64Array>, { output: input, exact }: Result, picture: Size, training: Training): Doubts {
  switch (layer.kind) {
    case 'sign': {
      if (exact && !layer.learned && layer.mode === 'deterministic') return {}
      const y = overThreshold(layer, parameters, input)
      const draw = elementDraws(training.seed, 'stochasticSign', layer.ordinal, input.columns, training.step)
      const output = layer.mode === 'deterministic' ? near(y, input, () => [0]) : near(y, input, (_, row, channel) => [2 * draw(row, channel) - 1])
      const masked = layer.gradient === 'clip' || layer.gradient === 'strict' ? near(y, input, () => [-1, 1]) : undefined
      return { output, ...(masked && { input: masked, channels: columnsOf(masked, input) }) }
    }
    case 'activation': {
      const bends = { relu: [0], hardTanh: [-1, 1], clip01: [0, 1], prelu: [0], rpRelu: [0] }[layer.function]
      const knee = layer.function === 'rpRelu' ? named(parameters, `${layer.id}.knee`) : undefined
      const doubts = near(knee ? input.map((x, _, channel) => x - at(knee, channel)) : input, input, () => bends)
      return { input: doubts, channels: columnsOf(doubts, input) }
    }
    case 'quantize': {
      const n = 2 ** layer.bits - 1
      return { output: near(input, input, x => [(Math.floor(n * x) + 0.5) / n]), input: near(input, input, () => [0, 1]) }
    }
    case 'maxPool': return exact ? {} : { input: closeMaxima(input, picture, layer) }
    case 'batchNorm': {
      if (layer.options.mode === 'vanilla') return {}
      const channels = doubtfulChannels(layer, named(parameters, `${layer.id}.gamma`), input)
      const everywhere = Uint8Array.from(input.values, (_, index) => at(channels, index % input.columns))
      return { output: everywhere, input: everywhere, channels }
    }
    default: return {}
  }
}

/** How much a layer may enlarge the largest of what it is given: what cancels in its sums is rounded in proportion. */
export function gainOf(layer: Layer, { weights, statistics }: Result, parameters: ReadonlyMap<string, Float64Array>): number {
  const largest = (values: Float64Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  if (weights) return Math.max(1, largest(weights))
  return statistics ? largest(statistics.inverse) * largest(named(parameters, `${layer.id}.gamma`)) : 1
}

function near(values: Matrix, sized: Matrix, thresholds: (value: number, row: number, channel: number) => readonly number[]): Uint8Array {
  const doubts = new Uint8Array(values.values.length)
  values.map((value, row, channel) => {
    const slack = DOUBT * Math.max(1, Math.abs(sized.at(row, channel)))
    if (thresholds(value, row, channel).some(threshold => Math.abs(value - threshold) <= slack)) doubts[row * values.columns + channel] = 1
    return value
  })
  return doubts
}

/** Columns of a matrix in which anything is in doubt. */
function columnsOf(doubts: Uint8Array, { columns }: Matrix): Uint8Array {
  const found = new Uint8Array(columns)
  doubts.forEach((doubt, index) => { found[index % columns] = at(found, index % columns) | doubt })
  return found
}

/** All values of a window with two maxima that are close, but not equal. */
function closeMaxima(input: Matrix, picture: Size, { window }: Extract<Layer, { kind: 'maxPool' | 'avgPool' }>): Uint8Array {
  const images = input.rows / (picture.height * picture.width)
  const windows = new Map<number, number[]>()
  for (const { outputRow, inputRow } of tapsInside(images, picture, window)) windows.set(outputRow, [...(windows.get(outputRow) ?? []), inputRow])
  const doubts = new Uint8Array(input.values.length)
  for (const inside of windows.values()) {
    for (let channel = 0; channel < input.columns; channel++) {
      const values = inside.map(row => input.at(row, channel))
      const best = Math.max(...values)
      if (!values.some(value => value !== best && best - value <= DOUBT * Math.max(1, Math.abs(best)))) continue
      for (const row of inside) doubts[row * input.columns + channel] = 1
    }
  }
  return doubts
}

/** Shift-based batch norm: channels in which some power of two may come out as the next one. */
function doubtfulChannels({ options }: Extract<Layer, { kind: 'batchNorm' }>, gamma: Float64Array, input: Matrix): Uint8Array {
  return Uint8Array.from({ length: input.columns }, (_, channel) => {
    const margins = new Margins()
    const column = new Matrix(input.rows, 1, Float64Array.from({ length: input.rows }, (_value, row) => input.at(row, channel)))
    const statistics: BatchStatistics = batchStatistics(column, options, margins)
    normalise(column, statistics.mean, statistics.inverse, gamma.subarray(channel, channel + 1), undefined, options, margins)
    return Number(margins.report().categories.batchNormRounding <= DOUBT)
  })
}
