/**
 * One update of one parameter tensor by each optimizer, in place, and the clip after it. `learningRate` is the epoch's,
 * `factor` the layer's, `step` counts training steps from 1. All state tensors start at 0.
 */
import type { Optimizer } from '../../core/architecture/recipe.ts'
import { ap2, ap2Distance, at } from './numbers.ts'

export interface StepSize {
  readonly learningRate: number
  readonly factor: number
  readonly step: number
}

type Of<Kind extends Optimizer['kind']> = Extract<Optimizer, { kind: Kind }>

/** vel <- momentum vel - lr g; p <- p + f vel. */
export function sgd(parameter: Float64Array, gradient: Float64Array, velocity: Float64Array, { momentum }: Of<'sgd'>, size: StepSize): void {
  for (let i = 0; i < parameter.length; i++) {
    velocity[i] = momentum * at(velocity, i) - size.learningRate * at(gradient, i)
    parameter[i] = at(parameter, i) + size.factor * at(velocity, i)
  }
}

/** Adam with Lasagne's placing of epsilon: outside the bias correction. */
export function adam(parameter: Float64Array, gradient: Float64Array, m: Float64Array, v: Float64Array, { beta1, beta2, epsilon }: Omit<Of<'adam'>, 'kind'>, size: StepSize): void {
  const rate = size.learningRate * Math.sqrt(1 - beta2 ** size.step) / (1 - beta1 ** size.step)
  for (let i = 0; i < parameter.length; i++) {
    const g = at(gradient, i)
    m[i] = beta1 * at(m, i) + (1 - beta1) * g
    v[i] = beta2 * at(v, i) + (1 - beta2) * g * g
    parameter[i] = at(parameter, i) - size.factor * rate * at(m, i) / (Math.sqrt(at(v, i)) + epsilon)
  }
}

/** AP2(lr / (1 - beta1^t)): the step of shift-based AdaMax before the layer's factor. */
export function adamaxStep(learningRate: number, beta1: number, step: number): number {
  return ap2(learningRate / (1 - beta1 ** step))
}

/**
 * Shift-based AdaMax. paper: v <- max(beta2 v, |g|) stays as it is and 1 / (v + epsilon) is rounded at use.
 * torch: the rounded v is stored back, so it never decays below the power of two it once reached.
 * Returns each element's relative distance to where an AP2 of this update switches.
 */
export function adamaxShift(
  parameter: Float64Array, gradient: Float64Array, m: Float64Array, v: Float64Array, { mode, beta1, beta2, epsilon }: Of<'adamaxShift'>, size: StepSize,
): Float64Array {
  const distances = new Float64Array(parameter.length)
  const rate = adamaxStep(size.learningRate, beta1, size.step)
  const rateDistance = ap2Distance(size.learningRate / (1 - beta1 ** size.step))
  for (let i = 0; i < parameter.length; i++) {
    const g = at(gradient, i)
    m[i] = beta1 * at(m, i) + (1 - beta1) * g
    const largest = Math.max(beta2 * at(v, i), Math.abs(g))
    const rounded = mode === 'paper' ? 1 / (largest + epsilon) : largest
    distances[i] = Math.min(rateDistance, ap2Distance(rounded))
    v[i] = mode === 'paper' ? largest : ap2(largest) + epsilon
    const move = mode === 'paper' ? at(m, i) * ap2(rounded) : at(m, i) / at(v, i)
    parameter[i] = at(parameter, i) - size.factor * rate * move
  }
  return distances
}

/**
 * Bop: m <- (1 - gamma) m + gamma g; a weight +-1 flips where w m > threshold, and becomes +1 where w m = threshold.
 * Returns each element's distance |w m - threshold|.
 */
export function bop(parameter: Float64Array, gradient: Float64Array, m: Float64Array, threshold: number, gamma: number): Float64Array {
  return parameter.map((w, i) => {
    m[i] = (1 - gamma) * at(m, i) + gamma * at(gradient, i)
    const beyond = w * at(m, i) - threshold
    if (beyond > 0) parameter[i] = -w
    if (beyond === 0) parameter[i] = 1
    return Math.abs(beyond)
  })
}

/** To [-1, 1], in place. */
export function clip(parameter: Float64Array): void {
  for (let i = 0; i < parameter.length; i++) parameter[i] = Math.min(1, Math.max(-1, at(parameter, i)))
}
