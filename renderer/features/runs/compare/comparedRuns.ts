import { computed, onScopeDispose, shallowRef, toRaw, watch, type ComputedRef, type ShallowRef } from 'vue'
import type { OutputOf } from '../../../../main/contract/app/index.ts'
import type { Columns, RunSummary } from '../../../../main/contract/app/runs.ts'
import { tokenStyle, type SeriesStyle } from '../../../charts/theme.ts'
import { bridge } from '../../../bridge.ts'
import { useRuns } from '../../../stores/runs.ts'
import { stepNames, type Steps } from '../live/curves.ts'
import { Growing } from '../live/growing.ts'
import { runNames } from './runNames.ts'

interface RunFigures {
  readonly detail: OutputOf<'runs.show'> | undefined
  readonly epochs: Columns
  readonly steps: Steps
}

/** A run among others: what it was told, its figures, and how it is drawn. */
export interface ComparedRun extends RunFigures {
  readonly id: string
  readonly summary: RunSummary
  /** Told apart from the others. */
  readonly name: string
  /** Its place among them, by which it has its colour and line. */
  readonly place: number
  readonly style: SeriesStyle
}

export interface ComparedRuns {
  readonly runs: ComputedRef<readonly ComparedRun[]>
  readonly error: Readonly<ShallowRef<unknown>>
}

const nothing: RunFigures = { detail: undefined, epochs: {}, steps: new Growing(stepNames) }

/** All that is told of a run, once. */
export async function figuresOf(run: string): Promise<RunFigures> {
  const channel = bridge()
  const [detail, { epochs }, series] = await Promise.all([channel.call('runs.show', { run }), channel.call('runs.metrics', { run }), channel.call('runs.series', { run })])
  const steps: Steps = new Growing(stepNames)
  steps.appendAll(series.steps)
  return { detail, epochs, steps }
}

/** Reads what is told of these runs, and again what changes while they are trained. Runs that are gone are left out. */
export function useComparedRuns(ids: () => readonly string[]): ComparedRuns {
  const store = useRuns()
  const channel = bridge()
  const figures = shallowRef<ReadonlyMap<string, RunFigures>>(new Map())
  const error = shallowRef<unknown>()
  const asked = new Set<string>()

  const summaries = computed(() => ids().flatMap(id => {
    const summary = store.runs.find(run => run.id === id)
    return summary ? [toRaw(summary)] : []
  }))
  const runs = computed(() => {
    const names = runNames(summaries.value)
    return summaries.value.map((summary, place): ComparedRun => ({
      id: summary.id, summary, name: names[place] ?? summary.name, place, style: tokenStyle(place), ...(figures.value.get(summary.id) ?? nothing),
    }))
  })

  async function load(run: string): Promise<void> {
    try {
      const told = await figuresOf(run)
      // Read now, not before the wait: others have come meanwhile.
      figures.value = new Map(figures.value).set(run, told)
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

  return { runs, error }
}
