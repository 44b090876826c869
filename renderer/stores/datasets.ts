import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { OutputOf } from '../../main/contract/app/index.ts'
import { bridge } from '../bridge.ts'

type List = OutputOf<'datasets.list'>

/** The data sets of the home, and those that can be fetched. */
export const useDatasets = defineStore('datasets', () => {
  const list = shallowRef<List>({ datasets: [], damaged: [], known: [] })
  const loaded = ref(false)

  async function load(): Promise<void> {
    list.value = await bridge().call('datasets.list', {})
    loaded.value = true
  }

  function listen(): void {
    bridge().on('datasets', () => void load())
  }

  return {
    list,
    loaded,
    load,
    listen,
    entry: (name: string) => list.value.datasets.find(set => set.name === name),
    download: (set: string) => bridge().call('datasets.download', { task: crypto.randomUUID(), set }),
    trash: (name: string) => bridge().call('datasets.trash', { name }),
  }
})
