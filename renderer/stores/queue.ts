import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { InputOf, OutputOf } from '../../main/contract/app/index.ts'
import type { QueueState } from '../../main/contract/app/queue.ts'
import { bridge } from '../bridge.ts'

/** Runs that wait for their turn, and whether this app may train in its home at all. */
export const useQueue = defineStore('queue', () => {
  const state = shallowRef<QueueState>({ held: false, blocked: null, entries: [] })
  const home = shallowRef<OutputOf<'workbench.home'>>()
  const waiting = computed(() => state.value.entries.filter(entry => entry.state === 'waiting'))
  const ended = computed(() => state.value.entries.filter(entry => ['finished', 'stopped', 'failed'].includes(entry.state)))

  async function load(): Promise<void> {
    const [queue, told] = await Promise.all([bridge().call('queue.list', {}), bridge().call('workbench.home', {})])
    state.value = queue
    home.value = told
  }

  function listen(): void {
    bridge().on('queue.changed', told => {
      state.value = told
    })
    bridge().on('home', told => {
      home.value = told
    })
    bridge().on('connection', told => {
      if (told.state === 'open') void load()
    })
  }

  async function takeHome(): Promise<void> {
    home.value = await bridge().call('workbench.takeHome', {})
  }

  return {
    state, home, waiting, ended, load, listen, takeHome,
    add: (request: InputOf<'queue.add'>) => bridge().call('queue.add', request),
    remove: (entries: readonly string[]) => bridge().call('queue.remove', { entries: [...entries] }),
    move: (entry: string, before: string | null) => bridge().call('queue.move', { entry, before }),
    hold: () => bridge().call('queue.hold', {}),
    release: () => bridge().call('queue.release', {}),
  }
})
