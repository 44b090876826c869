import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Project } from '../../core/architecture/project.ts'
import type { InputOf } from '../../main/contract/app/index.ts'
import { isUnderWay, type RunProgress, type RunSummary } from '../../main/contract/app/runs.ts'
import { isUnderWayState } from '../../main/contract/engine.ts'
import { bridge } from '../bridge.ts'

/** Runs of the home; the one under way with its last figures. */
export const useRuns = defineStore('runs', () => {
  const runs = ref<RunSummary[]>([])
  const progress = shallowRef<RunProgress | null>(null)
  const loaded = ref(false)
  /** A request to start is on its way. */
  const starting = ref(false)
  const active = computed(() => runs.value.find(isUnderWay))

  const named = (id: string): RunSummary | undefined => runs.value.find(run => run.id === id)

  function put(summary: RunSummary): void {
    const index = runs.value.findIndex(run => run.id === summary.id)
    // Newest first, as ids are sorted; one that came back from the trash is not the newest.
    if (index < 0) runs.value = [...runs.value, summary].sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0))
    else runs.value[index] = summary
    if (progress.value?.run === summary.id && !isUnderWayState(summary.state)) progress.value = null
  }

  function listen(): void {
    bridge().on('run.state', ({ summary }) => put(summary))
    bridge().on('run.progress', told => {
      progress.value = told
    })
    bridge().on('run.epoch', ({ run, record, best }) => {
      const summary = named(run)
      if (summary) put({ ...summary, epochs: record.epoch, last: record, ...(best && { best: record }) })
    })
    bridge().on('runs.changed', ({ changed, gone }) => {
      if (gone.length > 0) runs.value = runs.value.filter(({ id }) => !gone.includes(id))
      changed.forEach(put)
    })
    bridge().on('connection', ({ state }) => {
      if (state === 'open' && loaded.value) void load()
    })
  }

  async function load(): Promise<void> {
    runs.value = (await bridge().call('runs.list', {})).runs
    loaded.value = true
  }

  /** Trains a project; answers when its folder is there. */
  async function train(project: Project): Promise<string> {
    starting.value = true
    try {
      return (await bridge().call('runs.start', { project })).run
    } finally {
      starting.value = false
    }
  }

  return {
    runs,
    progress,
    loaded,
    starting,
    active,
    listen,
    load,
    train,
    named,
    annotate: (changes: InputOf<'runs.annotate'>) => bridge().call('runs.annotate', changes),
    trash: (ids: readonly string[]) => bridge().call('runs.trash', { runs: [...ids] }),
    restore: (ids: readonly string[]) => bridge().call('runs.restore', { runs: [...ids] }),
    control: (run: string, action: InputOf<'runs.control'>['action']) => bridge().call('runs.control', { run, action }),
    fork: (request: InputOf<'runs.fork'>) => bridge().call('runs.fork', request),
    change: (changes: InputOf<'runs.change'>) => bridge().call('runs.change', changes),
    resume: (run: string, epochs?: number) => bridge().call('runs.resume', { run, ...(epochs !== undefined && { epochs }) }),
  }
})
