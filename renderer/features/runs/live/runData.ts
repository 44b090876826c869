import { onScopeDispose, readonly, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import type { OutputOf } from '../../../../main/contract/app/index.ts'
import type { Columns, RunProgress } from '../../../../main/contract/app/runs.ts'
import { bridge } from '../../../bridge.ts'
import { stepNames, type RunEvent, type Steps } from './curves.ts'
import { Growing } from './growing.ts'

type Detail = OutputOf<'runs.show'>

export interface RunData {
  readonly detail: Readonly<ShallowRef<Detail | undefined>>
  readonly epochs: Readonly<ShallowRef<Columns>>
  readonly layers: Readonly<ShallowRef<Readonly<Record<string, Columns>>>>
  readonly events: Readonly<ShallowRef<readonly RunEvent[]>>
  /** Grows in place; `grown` changes when it has. */
  readonly steps: Steps
  readonly grown: Readonly<Ref<number>>
  /** Why it could not be read. */
  readonly error: Readonly<ShallowRef<unknown>>
}

/** Everything told of a run: read once, and from then on appended from events, as long as the component lives. */
export function useRunData(run: string): RunData {
  const detail = shallowRef<Detail>()
  const epochs = shallowRef<Columns>({})
  const layers = shallowRef<Readonly<Record<string, Columns>>>({})
  const events = shallowRef<readonly RunEvent[]>([])
  const error = shallowRef<unknown>()
  const steps: Steps = new Growing(stepNames)
  const grown = ref(0)
  const channel = bridge()

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work()
      error.value = undefined
    } catch (cause) {
      error.value = cause
    }
  }

  const loadHistory = (): Promise<void> => attempt(async () => {
    const [shown, history] = await Promise.all([channel.call('runs.show', { run }), channel.call('runs.events', { run })])
    detail.value = shown
    events.value = history.events
  })

  const loadEpochs = (): Promise<void> => attempt(async () => {
    epochs.value = (await channel.call('runs.metrics', { run })).epochs
  })

  function append(told: RunProgress): void {
    steps.append({ ...told, epoch: told.epoch - 1 + told.batch / Math.max(1, told.batches), time: Date.now() })
  }

  function hear(told: RunProgress): void {
    if (told.run !== run) return
    // Training has gone back to a checkpoint: what came behind it does not count any more.
    if (told.step <= steps.last('step')) steps.clear()
    append(told)
    grown.value++
  }

  const endings = [
    channel.on('run.progress', hear),
    channel.on('run.epoch', told => {
      if (told.run === run) void Promise.all([loadEpochs(), loadHistory()])
    }),
    channel.on('run.state', ({ summary }) => {
      if (summary.id === run) void loadHistory()
    }),
    channel.on('connection', ({ state }) => {
      if (state === 'open') void load()
    }),
  ]
  onScopeDispose(() => endings.forEach(end => end()))

  const load = (): Promise<unknown> => Promise.all([loadHistory(), loadEpochs()])
  void load()
  return { detail, epochs, layers, events, steps, grown: readonly(grown), error }
}
