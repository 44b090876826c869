/**
 * Convolution, forward and backward. Weights are [tap * channels + channel][filter] row-major, latent when binary; filters
 * are not flipped. Taps outside the picture contribute 0, whatever a pixel of 0 means.
 */
import { addTerm, effectiveWeights, zeroGradient, type ParameterGradient } from './dense.ts'
import { at, Matrix } from './numbers.ts'
import { imagesAndRows, tapsInside, type Size, type Window } from './window.ts'

export interface ConvOptions {
  readonly filters: number
  readonly binary: boolean
  readonly window: Window
  /** Of the input. */
  readonly picture: Size
}

/** s[place][f] = sum over taps inside and channels of x[position][c] * w[tap * C + c][f] (+ bias[f]). */
export function convForward(input: Matrix, latent: Float64Array, { filters, binary, window, picture }: ConvOptions, bias?: Float64Array): Matrix {
  const weight = effectiveWeights(latent, binary)
  const { images, outputRows } = imagesAndRows(input.rows, picture, window)
  const output = new Matrix(outputRows, filters).map((_, _row, filter) => (bias === undefined ? 0 : at(bias, filter)))
  for (const { outputRow, tap, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < input.columns; channel++) {
      const x = input.at(inputRow, channel)
      for (let filter = 0; filter < filters; filter++) output.add(outputRow, filter, x * at(weight, (tap * input.columns + channel) * filters + filter))
    }
  }
  return output
}

/** dW and dx over the same taps, with the weights the forward pass used and no mask on latent ones; dbias = sum over places of g. */
export function convBackward(
  input: Matrix, latent: Float64Array, { filters, binary, window, picture }: ConvOptions, gradient: Matrix,
): { input: Matrix; weight: ParameterGradient; bias: ParameterGradient } {
  const weight = effectiveWeights(latent, binary)
  const { images } = imagesAndRows(input.rows, picture, window)
  const inputGradient = new Matrix(input.rows, input.columns)
  const weightGradient = zeroGradient(latent.length)
  const biasGradient = zeroGradient(filters)
  for (let row = 0; row < gradient.rows; row++) {
    for (let filter = 0; filter < filters; filter++) addTerm(biasGradient, filter, gradient.at(row, filter))
  }
  for (const { outputRow, tap, inputRow } of tapsInside(images, picture, window)) {
    for (let channel = 0; channel < input.columns; channel++) {
      const x = input.at(inputRow, channel)
      for (let filter = 0; filter < filters; filter++) {
        const index = (tap * input.columns + channel) * filters + filter
        const g = gradient.at(outputRow, filter)
        inputGradient.add(inputRow, channel, g * at(weight, index))
        addTerm(weightGradient, index, x * g)
      }
    }
  }
  return { input: inputGradient, weight: weightGradient, bias: biasGradient }
}
