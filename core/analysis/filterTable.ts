import { csvText } from './csv.ts'
import type { FilterBank } from './filterBank.ts'
import { topFilters } from './repetition.ts'

/**
 * Every filter of these convolutions with its opposite as CSV, the most frequent first. By layer, count and opposite add up to outputs *
 * inputs, and maps to the distinct filters (merged) of all maps.
 */
export function filterTable(convolutions: readonly { readonly layer: string; readonly bank: FilterBank }[]): string {
  const rows = convolutions.flatMap(({ layer, bank }) => topFilters(bank, Infinity).map(({ key, count, opposite, maps }) => [layer, bank.kernel, key, count, opposite, maps]))
  return csvText(['layer', 'kernel', 'key', 'count', 'opposite', 'maps'], rows)
}
