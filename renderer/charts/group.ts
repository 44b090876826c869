import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { ChartWindow } from './series.ts'

/** Charts over one x axis that are zoomed together and read at one place. */
export interface ChartGroup {
  /** What is zoomed to; null shows all, and follows what grows. */
  readonly window: ShallowRef<ChartWindow | null>
  readonly zoomed: ComputedRef<boolean>
  /** The x that is read; null while nobody points anywhere. */
  readonly hover: Ref<number | null>
  showAll(): void
}

export function createChartGroup(): ChartGroup {
  const window = shallowRef<ChartWindow | null>(null)
  const showAll = (): void => {
    window.value = null
  }
  return { window, zoomed: computed(() => window.value !== null), hover: ref<number | null>(null), showAll }
}

/** `window` made larger (`factor` above 1) or smaller around `at`, within `whole`; null when it is the whole again. */
export function zoomedAround(window: ChartWindow, at: number, factor: number, whole: ChartWindow): ChartWindow | null {
  const from = Math.max(whole.from, at - (at - window.from) * factor)
  const to = Math.min(whole.to, at + (window.to - at) * factor)
  if (from <= whole.from && to >= whole.to) return null
  // A window without width has nothing to show.
  return to - from > (whole.to - whole.from) * 1e-6 ? { from, to } : window
}

/** `window` moved by `by` in x, as far as `whole` goes. */
export function movedBy(window: ChartWindow, by: number, whole: ChartWindow): ChartWindow {
  const allowed = Math.max(whole.from - window.from, Math.min(whole.to - window.to, by))
  return { from: window.from + allowed, to: window.to + allowed }
}
