import { useIntersectionObserver, useResizeObserver } from '@vueuse/core'
import { onBeforeUnmount, ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { init, type EChartsType, type LineOption } from './echarts.ts'
import { drawNever, drawSoon } from './frames.ts'

interface CanvasChart {
  /** Of the place, in pixels; 0 before it is laid out. */
  readonly width: Ref<number>
  readonly height: Ref<number>
  /** Grows with every drawing: what depends on where things were drawn depends on it. */
  readonly drawn: Ref<number>
  /** Where a value of the y axis stands, in pixels from the top; NaN before anything was drawn. */
  yPixel(value: number): number
}

/**
 * Draws what `option` says for a size onto a canvas inside `place`, when what `changes` reads changes or the place does, and only while the place is in
 * sight: at most once a frame, and not all charts in one. ECharts itself watches neither.
 */
export function useCanvasChart(place: Readonly<ShallowRef<HTMLElement | null>>, changes: () => readonly unknown[], option: (width: number, height: number) => LineOption): CanvasChart {
  const width = ref(0)
  const height = ref(0)
  const drawn = ref(0)
  const inSight = ref(false)
  const chart = shallowRef<EChartsType>()
  const key = {}

  /** Its loop of frames, which we have no animations for, ends as soon as nothing has changed, instead of ten frames later. */
  function begun(element: HTMLElement): EChartsType {
    const made = init(element, null, { renderer: 'canvas', width: width.value, height: height.value })
    made.getZr().setSleepAfterStill(1)
    return made
  }

  function draw(): void {
    if (!place.value || width.value <= 0 || height.value <= 0) return
    chart.value ??= begun(place.value)
    if (chart.value.getWidth() !== width.value || chart.value.getHeight() !== height.value) chart.value.resize({ width: width.value, height: height.value, silent: true })
    chart.value.setOption(option(width.value, height.value), { replaceMerge: ['series'], silent: true })
    drawn.value++
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
    chart.value?.dispose()
  })
  return {
    width, height, drawn,
    yPixel(value) {
      const pixel: unknown = drawn.value > 0 ? chart.value?.convertToPixel({ yAxisIndex: 0 }, value) : NaN
      return typeof pixel === 'number' ? pixel : NaN
    },
  }
}
