/**
 * Labels that tell which equal values float32 finds equal too, for a max-pool to choose among: two are, if their labels
 * agree. No labels: all are. A label of NaN agrees with none, not even itself.
 */
import type { ActivationFunction } from './activation.ts'
import { convForward, type ConvOptions } from './conv.ts'
import { concatForward } from './join.ts'
import { at, type Matrix } from './numbers.ts'

export type Labels = Matrix | undefined

/** What the labels of a result follow from. `ones`, of pixels: the factor on `offset` in each of them. */
interface Labelled {
  readonly output: Matrix
  readonly labels?: Matrix | undefined
  readonly ones?: Matrix | undefined
}

/**
 * A convolution of pixels is scale * I + offset * S in whole numbers: S, which is another at the border than inside, is the
 * label. On bits times one scale, and on fractions float32 adds without rounding, equal sums come of equal whole numbers.
 * Any other sum depends on the order of its terms.
 */
export function convLabels({ output: input, ones }: Labelled, latent: Float64Array, options: ConvOptions, output: Matrix): Labels {
  if (ones && options.binary) return convForward(ones, latent, options)
  if (options.binary && (oneMagnitude(input) || addsExactly(input, options.window.size ** 2 * input.columns))) return undefined
  return none(output)
}

/** A mean, or a sum of branches, of so many values that float32 adds without rounding is a function of a whole number. */
export function sumLabels(sources: readonly Labelled[], terms: number, output: Matrix): Labels {
  return sources.every(source => addsExactly(source.output, terms)) ? undefined : none(output)
}

/** What the activation clips is equal whatever it was; what it bends by channel stays as equal as it was. */
export function activationLabels({ output: input, labels }: Labelled, kind: ActivationFunction): Labels {
  return labels?.map((label, row, channel) => {
    const x = input.at(row, channel)
    if (kind === 'prelu' || kind === 'rpRelu') return label
    const [low, high] = kind === 'relu' ? [0, Infinity] : [kind === 'hardTanh' ? -1 : 0, 1]
    return low < x && x < high ? label : 0
  })
}

export function dropoutLabels({ labels }: Labelled, mask: Matrix): Labels {
  return labels?.map((label, row, channel) => (mask.at(row, channel) === 0 ? 0 : label))
}

export function concatLabels(sources: readonly Labelled[]): Labels {
  if (sources.every(({ labels }) => labels === undefined)) return undefined
  return concatForward(sources.map(({ labels, output }) => labels ?? output.map(() => 0)))
}

/** Of maxima: where the largest came from is not kept. */
export function poolLabels({ labels }: Labelled, output: Matrix): Labels {
  return labels && none(output)
}

function none(output: Matrix): Matrix {
  return output.map(() => NaN)
}

/** Whether all values are 0 or +- one number. */
function oneMagnitude({ values }: Matrix): boolean {
  const first = values.find(value => value !== 0) ?? 0
  return values.every(value => value === 0 || Math.abs(value) === Math.abs(first))
}

/** Whether float32 adds `terms` of the values without rounding in any order: multiples of 2^-8 that stay within 24 bits. */
function addsExactly({ values }: Matrix, terms: number): boolean {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isInteger(at(values, i) * 2 ** 8) || Math.abs(at(values, i)) * terms > 2 ** 16) return false
  }
  return true
}
