import { useIntersectionObserver, useResizeObserver } from '@vueuse/core'
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { beginDrawing, type Drawing } from './drawer.ts'
import { yPixelOf, type Drawn } from './drawing.ts'
import { drawNever, drawSoon } from './frames.ts'
import { MARGINS, PointMemory, type LinePicture } from './picture.ts'

interface CanvasChart {
  /** Of the place, in pixels; 0 before it is laid out. */
  readonly width: Ref<number>
  readonly height: Ref<number>
  /** Where a value of the y axis stands in the last picture, in pixels from the top; NaN before there is one. */
  yPixel(value: number): number
}

/**
 * Draws what `picture` says for a size onto a canvas inside `place`, when what `changes` reads changes or the place does, and only while the place is in
 * sight: at most once a frame, not all charts in one, and not before the last picture of the chart is there.
 */
export function useCanvasChart(place: Readonly<ShallowRef<HTMLElement | null>>, changes: () => readonly unknown[], picture: (width: number, height: number, memory: PointMemory) => LinePicture): CanvasChart {
  const width = ref(0)
  const height = ref(0)
  const inSight = ref(false)
  const drawn = shallowRef<Drawn>()
  const key = {}
  const memory = new PointMemory()
  let drawing: { readonly canvas: HTMLCanvasElement; readonly worker: Drawing } | undefined
  let busy = false
  let late = false

  function begun(element: HTMLElement, fonts: readonly string[]): NonNullable<typeof drawing> {
    const canvas = document.createElement('canvas')
    element.replaceChildren(canvas)
    const worker = beginDrawing(canvas, fonts, answer => {
      drawn.value = answer
      memory.give(answer.memory)
      busy = false
      if (late) drawSoon(key, draw)
    })
    return { canvas, worker }
  }

  function draw(): void {
    if (!place.value || width.value <= 0 || height.value <= 0) return
    late = busy
    if (busy) return
    const next = picture(width.value, height.value, memory)
    drawing ??= begun(place.value, [next.theme.fontText, next.theme.fontFigures])
    // Not that of the place, which may have parts of pixels.
    drawing.canvas.style.width = `${width.value}px`
    drawing.canvas.style.height = `${height.value}px`
    busy = true
    drawing.worker.draw(next)
  }

  useResizeObserver(place, ([entry]) => {
    if (!entry) return
    width.value = Math.round(entry.contentRect.width)
    height.value = Math.round(entry.contentRect.height)
  })
  useIntersectionObserver(place, ([entry]) => {
    inSight.value = entry?.isIntersecting ?? false
  }, { rootMargin: '120px' })
  watch([changes, inSight, width, height], () => {
    if (inSight.value) drawSoon(key, draw)
  })
  onBeforeUnmount(() => {
    drawNever(key)
    drawing?.worker.end()
  })
  return {
    width, height,
    yPixel: value => (drawn.value ? yPixelOf(drawn.value, value, MARGINS.top, height.value - MARGINS.bottom) : NaN),
  }
}
