import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { counted } from '../../core/architecture/wording.ts'
import type { InputOf } from '../../main/contract/app/index.ts'
import { isEnded, type QueueState } from '../../main/contract/app/queue.ts'
import { bridge } from '../bridge.ts'
import { useRuns } from './runs.ts'

/** Runs that wait for their turn. */
export const useQueue = defineStore('queue', () => {
  const state = shallowRef<QueueState>({ held: false, blocked: null, entries: [] })
  const waiting = computed(() => state.value.entries.filter(entry => entry.state === 'waiting'))
  const ended = computed(() => state.value.entries.filter(isEnded))

  /** Something is trained or about to be: what is asked for now comes behind it. */
  const busy = computed(() => state.value.entries.some(entry => entry.state === 'running') || (waiting.value.length > 0 && !state.value.held))

  /** What a run that is asked for now would wait for; empty if it can begin. */
  const ahead = computed(() => {
    const { active } = useRuns()
    if (!active && !busy.value) return ''
    return [active?.name, waiting.value.length > 0 ? `${counted(waiting.value.length, 'run')} waiting` : ''].filter(Boolean).join(' and ') || 'a run that is being prepared'
  })

  async function load(): Promise<void> {
    state.value = await bridge().call('queue.list', {})
  }

  function listen(): void {
    bridge().on('queue.changed', told => {
      state.value = told
    })
    bridge().on('connection', told => {
      if (told.state === 'open') void load()
    })
  }

  return {
    state, waiting, ended, ahead, load, listen,
    fork: (request: InputOf<'queue.fork'>) => bridge().call('queue.fork', request),
    resume: (run: string) => bridge().call('queue.resume', { run }),
    add: (request: InputOf<'queue.add'>) => bridge().call('queue.add', request),
    remove: (entries: readonly string[]) => bridge().call('queue.remove', { entries: [...entries] }),
    move: (entry: string, before: string | null) => bridge().call('queue.move', { entry, before }),
    hold: () => bridge().call('queue.hold', {}),
    release: () => bridge().call('queue.release', {}),
  }
})
