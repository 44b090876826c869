import { defineStore } from 'pinia'
import { computed } from 'vue'
import { usePreferences } from './preferences.ts'
import { useWorkbench } from './workbench.ts'

/** At most as many as a remembered list holds. */
const MOST_OPEN = 256

/** Which runs the Runs view shows beside its list: one as its page, several compared. Remembered, so that a reload shows the same. */
export const useOpenRun = defineStore('openRun', () => {
  const preferences = usePreferences()
  const ids = computed<readonly string[]>(() => {
    const remembered = preferences.layout['openRuns']
    return Array.isArray(remembered) ? remembered.filter(id => typeof id === 'string') : []
  })
  const only = computed(() => (ids.value.length === 1 ? ids.value[0] : undefined))

  /** Shows these runs, in the Runs view. */
  function open(...runs: readonly string[]): void {
    preferences.remember('openRuns', [...new Set(runs)].slice(0, MOST_OPEN))
    useWorkbench().showView('runs')
  }

  function close(): void {
    preferences.remember('openRuns', [])
  }

  return { ids, only, open, close }
})
