import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'
import { usePreferredDark } from '@vueuse/core'
import type { InputOf, OutputOf } from '../../main/contract/app/index.ts'
import { bridge } from '../bridge.ts'
import { useNotices } from './notices.ts'

type Preferences = OutputOf<'preferences.get'>
type LayoutValue = Preferences['layout'][string]

const WRITE_AFTER = 400

/** What the app remembers of its person. Changes are seen at once and written a little later. */
export const usePreferences = defineStore('preferences', () => {
  const loaded = ref(false)
  const theme = ref<Preferences['theme']>('system')
  const tourSeen = ref(true)
  const layout = ref<Preferences['layout']>({})
  const lastProject = ref<Preferences['lastProject']>(null)
  const systemDark = usePreferredDark()
  const shownTheme = computed(() => (theme.value === 'system' ? (systemDark.value ? 'dark' : 'light') : theme.value))
  let pending: InputOf<'preferences.set'> = {}
  let timer: ReturnType<typeof setTimeout> | undefined

  watchEffect(() => {
    document.documentElement.dataset['theme'] = shownTheme.value
  })

  function take(preferences: Preferences): void {
    theme.value = preferences.theme
    tourSeen.value = preferences.tourSeen
    layout.value = preferences.layout
    lastProject.value = preferences.lastProject
    loaded.value = true
  }

  async function load(): Promise<void> {
    take(await bridge().call('preferences.get', {}))
  }

  function set(patch: InputOf<'preferences.set'>): void {
    if (patch.theme !== undefined) theme.value = patch.theme
    if (patch.tourSeen !== undefined) tourSeen.value = patch.tourSeen
    if (patch.lastProject !== undefined) lastProject.value = patch.lastProject
    pending = { ...pending, ...patch, ...(patch.layout && { layout: { ...pending.layout, ...patch.layout } }) }
    clearTimeout(timer)
    timer = setTimeout(() => void write(), WRITE_AFTER)
  }

  async function write(): Promise<void> {
    const patch = pending
    pending = {}
    await useNotices().attempt(() => bridge().call('preferences.set', patch))
  }

  /** At once: for what must be known if the page goes away now. */
  async function setNow(patch: InputOf<'preferences.set'>): Promise<void> {
    set(patch)
    clearTimeout(timer)
    await write()
  }

  function remember(name: string, value: LayoutValue): void {
    layout.value = { ...layout.value, [name]: value }
    set({ layout: { [name]: value } })
  }

  /** A remembered number, kept between bounds. */
  function size(name: string, initial: number, least: number, most: number): number {
    const value = layout.value[name]
    return Math.min(most, Math.max(least, typeof value === 'number' ? value : initial))
  }

  return { loaded, theme, shownTheme, tourSeen, layout, lastProject, load, take, set, setNow, remember, size }
})
