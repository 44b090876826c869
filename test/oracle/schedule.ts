/** Learning rate of an epoch, and the per-layer factor on the step. */
import type { Recipe, Schedule } from '../../core/architecture/recipe.ts'
import { ap2 } from './numbers.ts'

/** `epoch` counts from 0; `epochs` is the length of the whole run. */
export function learningRate({ start, schedule }: { readonly start: number; readonly schedule: Schedule }, epochs: number, epoch: number): number {
  switch (schedule.kind) {
    case 'constant': return start
    case 'linear': return start - start * epoch / epochs
    case 'exponential': return start * (schedule.end / start) ** (epoch / epochs)
    case 'halve': return start * 0.5 ** Math.floor(epoch / schedule.every)
    case 'step': return start * schedule.factor ** Math.floor(epoch / schedule.every)
  }
}

/**
 * sqrt(fans / 1.5): fans is inputs + units for a dense layer's weight and bias, both times the taps for a convolution's, and the
 * channels for batch norm's gamma.
 * Some sizes are ties, such as 256 to 512 units with 2^4.5; the power of two then is the larger, 2^5 (halves round up).
 */
export function layerFactor(mode: Recipe['layerScale']['mode'], fans: number): number {
  if (mode === 'off') return 1
  const factor = Math.sqrt(fans / 1.5)
  return mode === 'exact' ? factor : ap2(factor)
}
