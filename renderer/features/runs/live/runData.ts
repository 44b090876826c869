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
  /** Told while the series was on its way, and maybe not in it. */
  let early: RunProgress[] | undefined

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
    const [figures, told] = await Promise.all([channel.call('runs.metrics', { run }), channel.call('runs.layers', { run })])
    epochs.value = figures.epochs
    layers.value = told.layers
  })

  async function loadSteps(): Promise<void> {
    if (early) return
    early = []
    await attempt(async () => {
      const { steps: series } = await channel.call('runs.series', { run })
      steps.clear()
      steps.appendAll(series)
    })
    const waiting = early
    early = undefined
    for (const { point } of waiting) if (!(point.step <= steps.last('step'))) steps.append(point)
    grown.value++
  }

  function hear(told: RunProgress): void {
    if (told.run !== run) return
    if (early) early.push(told)
    // Training has gone back to a checkpoint: what came behind it does not count any more.
    else if (told.point.step <= steps.last('step')) void loadSteps()
    else {
      steps.append(told.point)
      grown.value++
    }
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

  const load = (): Promise<unknown> => Promise.all([loadHistory(), loadEpochs(), loadSteps()])
  void load()
  return { detail, epochs, layers, events, steps, grown: readonly(grown), error }
}
