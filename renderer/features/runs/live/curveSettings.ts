import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { xKinds, type XAxis, type XKind } from '../../../charts/axes.ts'
import type { Smoothing } from '../../../charts/smoothing.ts'
import { usePreferences } from '../../../stores/preferences.ts'

/** How curves of runs are looked at, wherever they are: one axis, one smoothing, one scale. Remembered. */
export const useCurveSettings = defineStore('curveSettings', () => {
  const preferences = usePreferences()
  const kind = computed<XKind>(() => xKinds.find(({ value }) => value === preferences.layout['curveAxis'])?.value ?? 'step')
  const x = computed<XAxis>(() => ({ kind: kind.value, label: xKinds.find(({ value }) => value === kind.value)?.title ?? '' }))
  /** While the slider moves, before it is remembered. */
  const sliding = ref<number>()
  const weight = computed(() => sliding.value ?? preferences.size('curveSmoothing', 0.6, 0, 0.99))
  const smoothingKind = computed<Smoothing['kind']>(() => (preferences.layout['curveSmoothingKind'] === 'timeWeighted' ? 'timeWeighted' : 'average'))
  const smoothing = computed<Smoothing>(() => ({ kind: smoothingKind.value, weight: weight.value }))
  const log = computed(() => preferences.layout['curveLog'] === true)

  return {
    kind, x, smoothing, log,
    setKind: (value: XKind) => preferences.remember('curveAxis', value),
    slide: (value: number) => (sliding.value = value),
    setWeight(value: number): void {
      sliding.value = undefined
      preferences.remember('curveSmoothing', value)
    },
    setSmoothingKind: (value: Smoothing['kind']) => preferences.remember('curveSmoothingKind', value),
    setLog: (value: boolean) => preferences.remember('curveLog', value),
  }
})
