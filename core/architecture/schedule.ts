import type { Schedule } from './recipe.ts'

/** The learning rate of an epoch (from 0). A run that is made longer than its schedule knew keeps the rate of the last epoch that it knew. */
export function learningRateAt(start: number, schedule: Schedule, epoch: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return start
    case 'linear':
      return start * (1 - Math.min(epoch, epochs - 1) / epochs)
    case 'exponential':
      return start * (schedule.end / start) ** (Math.min(epoch, epochs - 1) / epochs)
    case 'halve':
      return start * 0.5 ** Math.floor(epoch / schedule.every)
    case 'step':
      return start * schedule.factor ** Math.floor(epoch / schedule.every)
  }
}
