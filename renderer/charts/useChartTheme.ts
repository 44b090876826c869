import { shallowRef, watch, type ShallowRef } from 'vue'
import { usePreferences } from '../stores/preferences.ts'
import { readTheme, type ChartTheme } from './theme.ts'

/** The theme as it is shown; another one when it changes, behind the document's own change. */
export function useChartTheme(): Readonly<ShallowRef<ChartTheme>> {
  const preferences = usePreferences()
  const theme = shallowRef(readTheme())
  watch(() => preferences.shownTheme, () => {
    theme.value = readTheme()
  }, { flush: 'post' })
  return theme
}
