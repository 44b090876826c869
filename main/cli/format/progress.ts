import type { z } from 'zod'
import type { engineEvents } from '../../contract/engine.ts'
import { grouped } from '../../../core/architecture/wording.ts'
import { duration, percent, rate, significant } from './numbers.ts'
import { widthOf } from './table.ts'

export type Progress = Omit<z.infer<typeof engineEvents.progress>, 'point'>
export type EpochEvent = z.infer<typeof engineEvents.epoch>

/** The line that is redrawn while an epoch is under way, at most `columns` wide: parts are left out from the end. */
export function progressLine(progress: Progress, columns: number): string {
  const { epoch, epochs, batch, batches, loss, error, imagesPerSecond, secondsLeft } = progress
  const done = batches === 0 ? 0 : batch / batches
  const tail = [
    `loss ${significant(loss)}`,
    `train error ${percent(error)}`,
    rate(imagesPerSecond),
    `${duration(secondsLeft)} left`,
  ]
  const start = `epoch ${grouped(Math.min(epoch, epochs))}/${grouped(epochs)} ${percentDone(done)}`
  for (let parts = tail.length; parts >= 0; parts--) {
    const text = tail.slice(0, parts).join('  ')
    const room = columns - widthOf(start) - widthOf(text) - 4
    if (room >= MIN_BAR) return `${start} ${bar(done, Math.min(room, MAX_BAR))}  ${text}`.trimEnd()
  }
  return start.slice(0, Math.max(0, columns))
}

/** How far something is that is not training: what, the share that is done, a bar, and `tail` if there is room. */
export function shareLine(what: string, done: number, columns: number, tail = ''): string {
  const start = `${what} ${percentDone(done)}`
  for (const text of [tail, '']) {
    const room = columns - widthOf(start) - widthOf(text) - 4
    if (room >= MIN_BAR) return `${start} ${bar(done, Math.min(room, MAX_BAR))}  ${text}`.trimEnd()
  }
  return start.slice(0, Math.max(0, columns))
}

const MIN_BAR = 6
const MAX_BAR = 30

/** `width` cells, of which the share `done` is filled. */
export function bar(done: number, width: number): string {
  const filled = Math.round(Math.max(0, Math.min(1, done)) * width)
  return '█'.repeat(filled) + '░'.repeat(width - filled)
}

function percentDone(done: number): string {
  return `${String(Math.floor(100 * done)).padStart(3)} %`
}

/** Titles over epochLine's columns. */
export function epochTitles(epochs: number): string {
  return columnsOf(epochs).map(([title, width]) => title.padStart(width)).join('  ')
}

/** One finished epoch, in columns under epochTitles. `imagesPerSecond` is that of its last progress, if there was any. */
export function epochLine({ record, best }: Pick<EpochEvent, 'record' | 'best'>, epochs: number, imagesPerSecond?: number): string {
  const cells = [
    `${grouped(record.epoch)}/${grouped(epochs)}`,
    significant(record.trainLoss),
    percent(record.trainError),
    percent(record.validError),
    percent(record.testError),
    record.learningRate.toExponential(2),
    imagesPerSecond === undefined ? '-' : grouped(Math.round(imagesPerSecond)),
  ]
  const line = columnsOf(epochs).map(([, width], at) => (cells[at] ?? '').padStart(width)).join('  ')
  return best ? `${line}  best` : line
}

function columnsOf(epochs: number): readonly (readonly [title: string, width: number])[] {
  return [
    ['epoch', Math.max(5, 2 * grouped(epochs).length + 1)],
    ['train loss', 10],
    ['train error', 11],
    ['valid error', 11],
    ['test error', 10],
    ['rate', 8],
    ['images/s', 9],
  ]
}
