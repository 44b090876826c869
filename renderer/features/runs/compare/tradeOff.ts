import { presetNamed, presetReference } from '../../../../core/architecture/index.ts'
import type { RunSummary } from '../../../../main/contract/app/runs.ts'
import { paretoFront, type Candidate } from './pareto.ts'

/** A run's error (a fraction) against the bytes of its packed network. */
export interface TradeOff extends Candidate {
  readonly run: RunSummary
  /** Its place among the runs that are compared. */
  readonly place: number
}

export type ErrorKind = 'validError' | 'testError'

/** Runs that have such an error at their best epoch, and those among them that no other beats in both. */
export function tradeOffs(runs: readonly RunSummary[], error: ErrorKind): { readonly all: readonly TradeOff[]; readonly front: readonly TradeOff[] } {
  const all = runs.flatMap((run, place): TradeOff[] => {
    const y = run.best?.[error]
    return y === undefined ? [] : [{ run, place, x: run.packedBytes, y }]
  })
  return { all, front: paretoFront(all) }
}

export interface Reported {
  /** A fraction. */
  readonly error: number
  readonly text: string
}

/** What the sources of the runs' presets report, each once: test errors. A run on other data than its preset's has none. */
export function reportedErrors(runs: readonly Pick<RunSummary, 'preset' | 'dataset'>[]): readonly Reported[] {
  const names = new Set(runs.flatMap(({ preset, dataset }) => (preset === null || presetNamed(preset).dataset !== dataset ? [] : [preset])))
  return [...names].flatMap(name => {
    const reference = presetReference(name)
    return reference ? [{ error: reference.testError / 100, text: `${name}: ${reference.testError} % (${reference.source})` }] : []
  })
}
