import type { XAxis, XKind } from '../../../charts/axes.ts'
import type { ChartSeries } from '../../../charts/series.ts'
import { epochCurve, epochPlaces, stepCurve, type StepName } from '../live/curves.ts'
import type { ComparedRun } from './comparedRuns.ts'

interface Figure {
  readonly name: string
  readonly title: string
  readonly label: string
  readonly unit: 'share' | 'number' | 'rate'
  /** Its column of the series within epochs, where it has one. */
  readonly step?: StepName
  /** Is set, not measured: nothing to smooth. */
  readonly exact?: boolean
}

export const figures: readonly Figure[] = [
  { name: 'validError', title: 'Validation error', label: '% of images', unit: 'share' },
  { name: 'testError', title: 'Test error', label: '% of images', unit: 'share' },
  { name: 'trainError', title: 'Training error', label: '% of images', unit: 'share', step: 'error' },
  { name: 'trainLoss', title: 'Training loss', label: 'mean per image', unit: 'number', step: 'loss' },
  { name: 'validLoss', title: 'Validation loss', label: 'mean per image', unit: 'number' },
  { name: 'learningRate', title: 'Learning rate', label: '', unit: 'number', step: 'learningRate', exact: true },
  { name: 'imagesPerSecond', title: 'Speed', label: 'images/s', unit: 'rate', step: 'imagesPerSecond' },
]

/** A curve a run, each on the axis that is chosen. By the time of day each counts from its own first point, or runs of two days would never meet. */
export function overlaid(runs: readonly ComparedRun[], { name, step }: Figure, kind: XKind): ChartSeries[] {
  return runs.flatMap((run): ChartSeries[] => {
    const within = step === undefined ? [] : stepCurve(run.steps, kind, step, run.name, run.place)
    const curves = within.length > 0 ? within : epochCurve(run.epochs, epochPlaces(run.epochs, run.steps, kind), name, run.name, run.place)
    return kind === 'wall' ? curves.map(curve => ({ ...curve, x: secondsSince(run.steps.column('time')[0] ?? curve.x[0] ?? 0, curve.x) })) : curves
  })
}

/** What the curves of several runs stand over. */
export function overlaidAxis({ kind, label }: XAxis): XAxis {
  return kind === 'wall' ? { kind: 'process', label: 'time since its start, pauses included' } : { kind, label }
}

function secondsSince(begin: number, milliseconds: Float64Array): Float64Array {
  return milliseconds.map(time => (time - begin) / 1000)
}
