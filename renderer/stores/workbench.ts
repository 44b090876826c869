import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { views } from '../views.ts'
import { usePreferences } from './preferences.ts'

export type PanelName = 'problems' | 'log' | 'history'
export type DialogName = 'palette' | 'keys' | 'tour' | 'projects' | 'saveAs' | 'gallery' | 'launch' | 'trash'

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
  /** Remembered for each view: while designing the problems are in sight, elsewhere the room is the view's until asked for. */
  const panelKey = computed(() => (view.value?.name === 'design' ? 'panel' : `panel ${view.value?.name}`))
  const panel = computed<PanelName | undefined>(() => {
    const remembered = preferences.layout[panelKey.value] ?? (panelKey.value === 'panel' ? 'problems' : 'none')
    return remembered === 'problems' || remembered === 'log' || remembered === 'history' ? remembered : undefined
  })

  function showView(name: string): void {
    preferences.remember('view', name)
  }

  /** The panel of this name, or none. */
  function showPanel(name: PanelName | undefined): void {
    preferences.remember(panelKey.value, name ?? 'none')
  }

  function announce(text: string): void {
    // The same text twice would not be read again.
    announcement.value = announcement.value === text ? `${text}\u00a0` : text
  }

  return { view, dialog, panel, announcement, showView, showPanel, announce }
})
