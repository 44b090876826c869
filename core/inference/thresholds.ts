import type { Tensor } from '../gpu/tensor.ts'
import { rowsOf, sumReading } from '../layers/conversions.ts'
import type { Context } from '../layers/context.ts'
import { channels, words, type Sums } from '../layers/values.ts'

interface ThresholdSign {
  readonly source: Sums
  /** [channels], subtracted before the sign. */
  readonly learned: Tensor | undefined
  /** sign(0) = 0: `presence` then says which values are not 0. */
  readonly zero: boolean
  /** Filled, [rows][words]. */
  readonly bits: Tensor
  readonly presence: Tensor
}

/**
 * Batch normalisation and sign as two comparisons of the sum with bounds of its channel (bnn-spec 1.5: one threshold, from below where
 * gamma > 0 and from above where gamma < 0; none or all where it is 0). Sums of products of bits are compared as whole numbers,
 * float32 sums (of pixels, scaled or biased) in their order; both decide exactly as the float32 expressions of training do.
 */
export function thresholdSign(context: Context, { source, learned, zero, bits, presence }: ThresholdSign): void {
  const { program } = context
  const outputs = channels(source)
  const bounds = program.tensor('bounds of the sums', 'u32', [4, outputs])
  const { tensors: { sums: _, ...normalisation }, overrides } = sumReading(source)
  const ZERO = Number(zero)
  program.launch('fold_thresholds', { ...normalisation, threshold: learned ?? source.sums, bounds }, { outputs, scale: source.scale }, { ...overrides, THRESHOLD: Number(learned !== undefined), ZERO })
  program.launch('threshold_pack', { sums: source.sums, bounds, bits, presence }, { rows: rowsOf(context, source), outputs, words: words(source) }, { INTEGER: overrides['INTEGER'] ?? 0, ZERO })
}
