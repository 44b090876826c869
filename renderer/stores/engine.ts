import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { DataOf, OutputOf } from '../../main/contract/app/index.ts'
import { bridge } from '../bridge.ts'

type EngineState = OutputOf<'engine.state'>
type LogEntry = DataOf<'log'>
type Task = DataOf<'task'>

const KEPT_ENTRIES = 2000

/** What computes and how it is; whether the app hears us; what it has to say. */
export const useEngine = defineStore('engine', () => {
  const state = shallowRef<EngineState>()
  const connection = ref<DataOf<'connection'>>({ state: 'open', reason: null })
  const log = shallowRef<readonly LogEntry[]>([])
  const tasks = shallowRef<ReadonlyMap<string, Task>>(new Map())
  const info = shallowRef<OutputOf<'app.info'>>()
  /** Whether this app may train in its home. */
  const home = shallowRef<OutputOf<'workbench.home'>>()

  const adapter = computed(() => state.value?.adapter ?? undefined)
  /** As in "llvmpipe (software, on the processor)"; software is always said aloud. */
  const adapterText = computed(() => (adapter.value ? `${adapter.value.name}${adapter.value.kind === 'cpu' ? ' · software, on the processor' : ''}` : 'no adapter yet'))

  async function load(): Promise<void> {
    const [appInfo, engine, { entries }, listed, held] = await Promise.all([
      bridge().call('app.info', {}), bridge().call('engine.state', {}), bridge().call('log.read', {}), bridge().call('tasks.list', {}), bridge().call('workbench.home', {}),
    ])
    info.value = appInfo
    state.value = engine
    log.value = entries
    home.value = held
    tasks.value = new Map(listed.tasks.map(task => [task.id, task]))
  }

  function listen(): void {
    const channel = bridge()
    channel.on('engine', told => {
      state.value = told
    })
    channel.on('log', entry => {
      if (entry.number <= (log.value.at(-1)?.number ?? -1)) return
      log.value = [...log.value, entry].slice(-KEPT_ENTRIES)
    })
    channel.on('task', task => {
      tasks.value = new Map(tasks.value).set(task.id, task)
    })
    channel.on('home', told => {
      home.value = told
    })
    channel.on('connection', told => {
      connection.value = told
      if (told.state === 'open') void load()
    })
  }

  async function restart(): Promise<void> {
    state.value = await bridge().call('engine.restart', {})
  }

  async function takeHome(): Promise<void> {
    home.value = await bridge().call('workbench.takeHome', {})
  }

  return { state, connection, log, tasks, info, home, adapter, adapterText, load, listen, restart, takeHome }
})
