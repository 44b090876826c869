import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { views } from '../views.ts'
import { usePreferences } from './preferences.ts'

export type PanelName = 'problems' | 'log' | 'history'
export type DialogName = 'palette' | 'keys' | 'tour' | 'projects' | 'saveAs' | 'gallery'

/** What is shown: which view, which dialog, which panel below. */
export const useWorkbench = defineStore('workbench', () => {
  const preferences = usePreferences()
  const dialog = ref<DialogName>()
  /** Said to screen readers when it changes. */
  const announcement = ref('')
  const view = computed(() => {
    const remembered = preferences.layout['view']
    return views.find(({ name }) => name === remembered) ?? views[0]
  })
  const panel = computed<PanelName | undefined>(() => {
    const remembered = preferences.layout['panel'] ?? 'problems'
    return remembered === 'problems' || remembered === 'log' || remembered === 'history' ? remembered : undefined
  })

  function showView(name: string): void {
    preferences.remember('view', name)
  }

  /** The panel of this name, or none. */
  function showPanel(name: PanelName | undefined): void {
    preferences.remember('panel', name ?? 'none')
  }

  function announce(text: string): void {
    // The same text twice would not be read again.
    announcement.value = announcement.value === text ? `${text}\u00a0` : text
  }

  return { view, dialog, panel, announcement, showView, showPanel, announce }
})
