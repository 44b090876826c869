/** Dense layer, forward and backward. Weights are [input][unit] row-major, latent when binary. */
import { accumulate, at, Matrix, sign } from './numbers.ts'

/** A parameter's gradient, and the sum of the magnitudes of the terms it was added up from (how much of it cancelled). */
export interface ParameterGradient {
  readonly gradient: Float64Array
  readonly magnitude: Float64Array
}

export interface DenseOptions {
  readonly units: number
  readonly binary: boolean
}

/** The weights the products use: the sign of the latent ones when binary. */
export function effectiveWeights(latent: Float64Array, binary: boolean): Float64Array {
  return binary ? latent.map(sign) : latent
}

/** s[m][n] = sum_k x[m][k] * w[k][n] (+ bias[n]). */
export function denseForward(input: Matrix, latent: Float64Array, { units, binary }: DenseOptions, bias?: Float64Array): Matrix {
  const weight = effectiveWeights(latent, binary)
  const output = new Matrix(input.rows, units)
  for (let m = 0; m < input.rows; m++) {
    for (let n = 0; n < units; n++) {
      let sum = bias === undefined ? 0 : at(bias, n)
      for (let k = 0; k < input.columns; k++) sum += input.at(m, k) * at(weight, k * units + n)
      output.set(m, n, sum)
    }
  }
  return output
}

/** dW = x^T g (no mask on latent weights), dx = g W^T with the weights the forward pass used, dbias = sum over rows of g. */
export function denseBackward(
  input: Matrix, latent: Float64Array, { units, binary }: DenseOptions, gradient: Matrix,
): { input: Matrix; weight: ParameterGradient; bias: ParameterGradient } {
  const weight = effectiveWeights(latent, binary)
  const inputGradient = new Matrix(input.rows, input.columns)
  const weightGradient = zeroGradient(latent.length)
  const biasGradient = zeroGradient(units)
  for (let m = 0; m < input.rows; m++) {
    for (let n = 0; n < units; n++) {
      const g = gradient.at(m, n)
      addTerm(biasGradient, n, g)
      for (let k = 0; k < input.columns; k++) {
        inputGradient.add(m, k, g * at(weight, k * units + n))
        addTerm(weightGradient, k * units + n, input.at(m, k) * g)
      }
    }
  }
  return { input: inputGradient, weight: weightGradient, bias: biasGradient }
}

/** Every row plus the bias. */
export function biased(matrix: Matrix, bias: Float64Array | undefined): Matrix {
  return bias ? matrix.map((value, _, column) => value + at(bias, column)) : matrix
}

/** A bias's gradient: g summed over all rows. */
export function biasGradient(gradient: Matrix): ParameterGradient {
  const total = zeroGradient(gradient.columns)
  gradient.map((g, _, column) => {
    addTerm(total, column, g)
    return g
  })
  return total
}

export function zeroGradient(length: number): ParameterGradient {
  return { gradient: new Float64Array(length), magnitude: new Float64Array(length) }
}

export function addTerm(into: ParameterGradient, index: number, term: number): void {
  accumulate(into.gradient, index, term)
  accumulate(into.magnitude, index, Math.abs(term))
}
