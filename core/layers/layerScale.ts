import type { Recipe } from '../architecture/recipe.ts'

/** 2 to the rounded binary logarithm: the paper's AP2 for positive numbers. */
export function nearestPowerOfTwo(x: number): number {
  return 2 ** Math.round(Math.log2(x))
}

/** The factor on a layer's steps from Glorot's coefficient: sqrt((n_in + n_out) / 1.5) (section 1.5; bnn-spec 1.2). */
export function layerScale({ layerScale: { mode } }: Recipe, inputs: number, outputs: number): number {
  if (mode === 'off') return 1
  const exact = Math.sqrt((inputs + outputs) / 1.5)
  return mode === 'exact' ? exact : nearestPowerOfTwo(exact)
}

/** The same for batch norm's gamma, where Torch7's MNIST code scales it: sqrt(n / 1.5). */
export function batchNormScale({ layerScale: { mode, batchNormScale } }: Recipe, channels: number): number {
  if (mode === 'off' || !batchNormScale) return 1
  const exact = Math.sqrt(channels / 1.5)
  return mode === 'exact' ? exact : nearestPowerOfTwo(exact)
}
