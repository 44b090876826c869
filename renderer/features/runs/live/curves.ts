import type { Columns } from '../../../../main/contract/app/runs.ts'
import { mapped, type XKind } from '../../../charts/axes.ts'
import { lowerBound } from '../../../charts/extremes.ts'
import type { ChartMark, ChartSeries, SeriesRole } from '../../../charts/series.ts'
import type { Growing } from './growing.ts'

/** What is told of a run between epochs: a row for every group of steps that came back from the device. */
export const stepNames = ['step', 'epoch', 'time', 'processSeconds', 'loss', 'error', 'learningRate', 'imagesPerSecond', 'deviceWaitShare'] as const
export type StepName = (typeof stepNames)[number]
export type Steps = Growing<StepName>

export interface RunEvent {
  readonly time: string
  readonly kind: string
  readonly [field: string]: unknown
}

const xColumns: Readonly<Record<XKind, StepName>> = { step: 'step', epoch: 'epoch', wall: 'time', process: 'processSeconds' }

/** A figure between epochs, over the axis that is chosen. */
export function stepCurve(steps: Steps, kind: XKind, figure: StepName, name: string, role: SeriesRole): ChartSeries[] {
  const x = steps.column(xColumns[kind])
  // A run that was trained before steps were written down has none.
  return steps.length === 0 || Number.isNaN(x[0]) ? [] : [{ name, role, x, y: steps.column(figure) }]
}

/** Where epochs ended, on the axis that is chosen; undefined where nobody knows. */
export function epochPlaces(epochs: Columns, steps: Steps, kind: XKind): Float64Array | undefined {
  if (kind === 'epoch') return epochs['epoch']
  if (kind === 'step' || !epochs['step']) return epochs['step']
  return steps.length === 0 ? undefined : mapped(epochs['step'], steps.column('step'), steps.column(xColumns[kind]))
}

/** A figure of each epoch; none where no epoch has it. */
export function epochCurve(epochs: Columns, x: Float64Array | undefined, figure: string, name: string, role: SeriesRole): ChartSeries[] {
  const y = epochs[figure]
  return x && y && y.length === x.length && y.some(Number.isFinite) ? [{ name, role, x, y, smoothed: false }] : []
}

/** A figure of every layer that has it. */
export function layerCurves(layers: Readonly<Record<string, Columns>>, epochs: Columns, x: Float64Array | undefined, figure: string): ChartSeries[] {
  return Object.entries(layers).flatMap(([id, columns], place) => {
    const told = columns['epoch']
    if (!told || !x) return []
    // A layer is told of with its epochs, which are among the run's.
    const places = told.map(epoch => x[lowerBound(epochs['epoch'] ?? new Float64Array(0), epoch)] ?? NaN)
    return epochCurve(columns, places, figure, id, place)
  })
}

const stateMarks: Readonly<Record<string, Pick<ChartMark, 'kind' | 'text'>>> = {
  paused: { kind: 'pause', text: 'paused' }, stopped: { kind: 'stop', text: 'stopped' }, failed: { kind: 'interrupted', text: 'failed' },
}

/** What happened to the run, where it happened on the axis that is chosen. What cannot be placed is left out. */
export function marksOf(events: readonly RunEvent[], steps: Steps, epochs: Columns, kind: XKind, best: { readonly epoch: number } | null): ChartMark[] {
  const marks: ChartMark[] = []
  const push = (event: RunEvent, mark: Pick<ChartMark, 'kind' | 'text'>): void => {
    const x = placeOf(event, steps, epochs, kind)
    if (Number.isFinite(x)) marks.push({ ...mark, x })
  }
  let before = ''
  for (const event of events) {
    // By the clock what was made again later stands apart; elsewhere it would stand there twice.
    if (event.undone === true && kind !== 'wall') continue
    if (event.kind === 'state') {
      const state = String(event['state'])
      const mark = stateMarks[state]
      if (mark) push(event, mark)
      if (state === 'running' && before === 'paused') push(event, { kind: 'resume', text: 'went on' })
      before = state
    } else if (event.kind === 'resume') push(event, { kind: 'resume', text: 'went on' })
    else if (event.kind === 'checkpoint') push(event, { kind: 'checkpoint', text: String(event['file']) })
    else if (event.kind === 'change') push(event, { kind: 'change', text: changeText(event) })
  }
  const bestX = best ? epochPlaces(epochs, steps, kind)?.[lowerBound(epochs['epoch'] ?? new Float64Array(0), best.epoch)] : undefined
  if (best && bestX !== undefined && Number.isFinite(bestX)) marks.push({ x: bestX, kind: 'best', text: `best, epoch ${best.epoch}` })
  return marks
}

/** "rate 0.001", "12 epochs", or both. */
export function changeText(event: RunEvent): string {
  const { learningRate, epochs } = event
  const parts = [typeof learningRate === 'number' && `rate ${Number(learningRate.toPrecision(3))}`, typeof epochs === 'number' && `${epochs} epochs`].filter(part => part !== false)
  return parts.length > 0 ? parts.join(', ') : 'changed'
}

function placeOf(event: RunEvent, steps: Steps, epochs: Columns, kind: XKind): number {
  if (kind === 'wall') return Date.parse(event.time)
  const { step } = event
  const [from, to] = [steps.column('step'), steps.column(xColumns[kind])]
  if (typeof step === 'number') {
    if (kind === 'step') return step
    if (from.length > 0) return mapped(Float64Array.of(step), from, to)[0] ?? NaN
    return kind === 'epoch' && epochs['step'] && epochs['epoch'] ? mapped(Float64Array.of(step), epochs['step'], epochs['epoch'])[0] ?? NaN : NaN
  }
  // Only its time is known: the steps say how far training was.
  return steps.length === 0 ? NaN : mapped(Float64Array.of(Date.parse(event.time)), steps.column('time'), to)[0] ?? NaN
}
