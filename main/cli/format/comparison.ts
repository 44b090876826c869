import type { Totals } from '../../../core/architecture/index.ts'
import { bytesText } from './numbers.ts'

/** Bytes of the same network as other frameworks keep it: every parameter and running statistic a float32. */
export function float32Bytes({ parameters, stateValues }: Pick<Totals, 'parameters' | 'stateValues'>): number {
  return 4 * (parameters + stateValues)
}

/** "4.49 MiB packed, float32: 140 MiB". */
export function packedText(sizes: { readonly packedBytes: number; readonly float32Bytes: number }): string {
  return `${bytesText(sizes.packedBytes)} packed, float32: ${bytesText(sizes.float32Bytes)}`
}
