import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { nearest } from './extremes.ts'
import { movedBy, zoomedAround, type ChartGroup } from './group.ts'
import { MARGINS } from './picture.ts'
import type { ChartWindow, PreparedSeries } from './series.ts'

interface Reading {
  /** The drag under way, in pixels from the left. */
  readonly dragged: Ref<{ readonly from: number; readonly to: number; readonly moves: boolean } | undefined>
  readonly xPixel: (x: number) => number
  /** Every x that can be read, for the keyboard: that of the longest series. */
  readonly stops: ComputedRef<Float64Array>
  readonly on: Readonly<Record<'pointerdown' | 'pointermove' | 'pointerup' | 'pointerleave' | 'dblclick' | 'wheel' | 'keydown' | 'blur', (event: never) => void>>
}

/** A drag shorter than this is a click. */
const SHORT_DRAG = 5

/** Reading and zooming by pointer and by keyboard. Dragging zooms, Shift and dragging moves, Ctrl and the wheel zoom around the pointer. */
export function useReading(group: () => ChartGroup, width: () => number, window: () => ChartWindow, whole: () => ChartWindow, series: () => readonly PreparedSeries[]): Reading {
  const dragged = ref<{ readonly from: number; readonly to: number; readonly moves: boolean }>()
  const plotWidth = (): number => Math.max(1, width() - MARGINS.left - MARGINS.right)
  const xPixel = (x: number): number => MARGINS.left + ((x - window().from) / (window().to - window().from)) * plotWidth()
  const xAt = (pixel: number): number => window().from + ((Math.min(plotWidth(), Math.max(0, pixel - MARGINS.left))) / plotWidth()) * (window().to - window().from)
  const stops = computed(() => series().reduce<Float64Array>((longest, { series: { x } }) => (x.length > longest.length ? x : longest), new Float64Array(0)))
  const pixelOf = (event: MouseEvent): number => event.clientX - ((event.currentTarget as HTMLElement | null)?.getBoundingClientRect().left ?? 0)

  function read(at: number): void {
    // The nearest point that any curve has.
    let best = NaN
    for (const { series: { x } } of series()) {
      const there = x[nearest(x, at)] ?? NaN
      if (Number.isNaN(best) || Math.abs(there - at) < Math.abs(best - at)) best = there
    }
    group().hover.value = Number.isNaN(best) ? null : best
  }

  function pointerdown(event: PointerEvent): void {
    if (event.button !== 0 || !(event.currentTarget instanceof HTMLElement)) return
    event.currentTarget.setPointerCapture(event.pointerId)
    dragged.value = { from: pixelOf(event), to: pixelOf(event), moves: event.shiftKey }
  }

  function pointermove(event: PointerEvent): void {
    const pixel = pixelOf(event)
    if (dragged.value?.moves) group().window.value = movedBy(window(), xAt(dragged.value.to) - xAt(pixel), whole())
    if (dragged.value) dragged.value = { ...dragged.value, to: pixel }
    read(xAt(pixel))
  }

  function pointerup(): void {
    const drag = dragged.value
    dragged.value = undefined
    if (!drag || drag.moves || Math.abs(drag.to - drag.from) < SHORT_DRAG) return
    const [from, to] = [xAt(Math.min(drag.from, drag.to)), xAt(Math.max(drag.from, drag.to))]
    if (to > from) group().window.value = { from, to }
  }

  const zoom = (at: number, factor: number): void => {
    group().window.value = zoomedAround(window(), at, factor, whole())
  }

  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    zoom(xAt(pixelOf(event)), event.deltaY > 0 ? 1.25 : 0.8)
  }

  function keydown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const all = stops.value
    const { hover } = group()
    const at = hover.value === null ? -1 : nearest(all, hover.value)
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at < 0 ? all.length - 1 : at - 1, PageDown: at + Math.ceil(all.length / 20), PageUp: at - Math.ceil(all.length / 20), Home: 0, End: all.length - 1 }
    const next = steps[event.key]
    if (next !== undefined) {
      const x = all[Math.min(all.length - 1, Math.max(0, next))]
      if (x === undefined) return
      hover.value = x
      if (x < window().from || x > window().to) group().window.value = movedBy(window(), x < window().from ? x - window().from : x - window().to, whole())
    } else if (event.key === '+' || event.key === '-') zoom(hover.value ?? (window().from + window().to) / 2, event.key === '+' ? 0.5 : 2)
    else if (event.key === '0') group().window.value = null
    else if (event.key === 'Escape' && hover.value !== null) hover.value = null
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const leave = (): void => {
    group().hover.value = null
  }
  const reset = (): void => {
    group().window.value = null
  }
  return { dragged, xPixel, stops, on: { pointerdown, pointermove, pointerup, pointerleave: leave, dblclick: reset, wheel, keydown, blur: leave } }
}
