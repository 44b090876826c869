import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'

/** Something a person can do, found by name in the palette, on the cheat sheet, and by its keys. */
export interface AppCommand {
  readonly name: string
  readonly title: string
  readonly group: 'Project' | 'Edit' | 'Layers' | 'Canvas' | 'View' | 'Train' | 'Help'
  /** As in "Ctrl+Shift+Z", "/" or "F2"; the first is shown. */
  readonly keys?: readonly string[]
  /** Keys count only while the focus is inside what this selects, or nowhere. */
  readonly within?: string
  /** Also while a text field has the focus. */
  readonly always?: boolean
  readonly enabled?: () => boolean
  readonly run: () => unknown
}

/** Every command there is just now. Views add theirs while they are shown. */
export const useCommands = defineStore('commands', () => {
  const sets = shallowRef<ReadonlyMap<symbol, readonly AppCommand[]>>(new Map())
  const all = computed(() => [...sets.value.values()].flat())

  /** Returns what takes them away again. */
  function add(commands: readonly AppCommand[]): () => void {
    const key = Symbol('commands')
    sets.value = new Map(sets.value).set(key, commands)
    return () => {
      const rest = new Map(sets.value)
      rest.delete(key)
      sets.value = rest
    }
  }

  /** False if there is no such command, or not now. */
  function run(name: string): boolean {
    const command = all.value.find(candidate => candidate.name === name)
    if (!command || command.enabled?.() === false) return false
    command.run()
    return true
  }

  return { all, add, run }
})
