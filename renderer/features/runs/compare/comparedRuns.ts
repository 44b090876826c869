import { computed, onScopeDispose, shallowRef, toRaw, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { OutputOf } from '../../../../main/contract/app/index.ts'
import type { Columns, RunSummary } from '../../../../main/contract/app/runs.ts'
import { tokenStyle, type SeriesStyle } from '../../../charts/theme.ts'
import { bridge } from '../../../bridge.ts'
import { useRuns } from '../../../stores/runs.ts'
import { stepNames, type Steps } from '../live/curves.ts'
import { Growing } from '../live/growing.ts'
import { runNames } from './runNames.ts'

/** A run among others: what it was told, its figures, and how it is drawn. */
export interface ComparedRun {
  readonly id: string
  readonly summary: RunSummary
  /** Told apart from the others. */
  readonly name: string
  /** Its place among them, by which it has its colour and line. */
  readonly place: number
  readonly style: SeriesStyle
  readonly detail: OutputOf<'runs.show'> | undefined
  readonly epochs: Columns
  readonly steps: Steps
}

export interface ComparedRuns {
  readonly runs: ComputedRef<readonly ComparedRun[]>
  /** Everything asked for has come. */
  readonly complete: ComputedRef<boolean>
  readonly error: Readonly<ShallowRef<unknown>>
}

const noSteps: Steps = new Growing(stepNames)

/** Reads what is told of these runs, and again what changes while they are trained. Runs that are gone are left out. */
export function useComparedRuns(ids: () => readonly string[]): ComparedRuns {
  const store = useRuns()
  const channel = bridge()
  const details = shallowRef<ReadonlyMap<string, OutputOf<'runs.show'>>>(new Map())
  const epochs = shallowRef<ReadonlyMap<string, Columns>>(new Map())
  const steps = shallowRef<ReadonlyMap<string, Steps>>(new Map())
  const error = shallowRef<unknown>()
  const asked = new Set<string>()

  const summaries = computed(() => ids().flatMap(id => {
    const summary = store.runs.find(run => run.id === id)
    return summary ? [toRaw(summary)] : []
  }))
  const runs = computed(() => {
    const names = runNames(summaries.value)
    return summaries.value.map((summary, place): ComparedRun => ({
      id: summary.id, summary, name: names[place] ?? summary.name, place, style: tokenStyle(place), detail: details.value.get(summary.id), epochs: epochs.value.get(summary.id) ?? {},
      steps: steps.value.get(summary.id) ?? noSteps,
    }))
  })

  async function load(run: string): Promise<void> {
    try {
      const [shown, figures, series] = await Promise.all([channel.call('runs.show', { run }), channel.call('runs.metrics', { run }), channel.call('runs.series', { run })])
      const grown: Steps = new Growing(stepNames)
      grown.appendAll(series.steps)
      details.value = new Map(details.value).set(run, shown)
      epochs.value = new Map(epochs.value).set(run, figures.epochs)
      steps.value = new Map(steps.value).set(run, grown)
    } catch (cause) {
      asked.delete(run)
      error.value = cause
    }
  }

  watch(summaries, list => {
    for (const { id } of list) {
      if (asked.has(id)) continue
      asked.add(id)
      void load(id)
    }
  }, { immediate: true })
  onScopeDispose(channel.on('run.epoch', ({ run }) => {
    if (asked.has(run)) void load(run)
  }))

  return { runs, complete: computed(() => runs.value.every(run => run.detail !== undefined)), error }
}
