import type { Schedule } from './recipe.ts'

/** The learning rate of an epoch (from 0). */
export function learningRateAt(start: number, schedule: Schedule, epoch: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return start
    case 'linear':
      return start * (1 - epoch / epochs)
    case 'exponential':
      return start * (schedule.end / start) ** (epoch / epochs)
    case 'halve':
      return start * 0.5 ** Math.floor(epoch / schedule.every)
    case 'step':
      return start * schedule.factor ** Math.floor(epoch / schedule.every)
  }
}

/** The same of a run that may be made longer than the `epochs` its schedule knows: one that falls towards its end keeps the rate of the last of them. */
export function prolongedRateAt(start: number, schedule: Schedule, epoch: number, epochs: number): number {
  const ends = schedule.kind === 'linear' || schedule.kind === 'exponential'
  return learningRateAt(start, schedule, ends ? Math.min(epoch, epochs - 1) : epoch, epochs)
}
