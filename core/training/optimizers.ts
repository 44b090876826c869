import type { Optimizer, Schedule } from '../architecture/recipe.ts'
import { nearestPowerOfTwo } from '../layers/layerScale.ts'

/** An optimizer's shader, what it remembers for each parameter, and the constants of its update. */
export interface OptimizerPlan {
  readonly shader: string
  readonly memory: readonly string[]
  readonly first: number
  readonly second: number
  readonly epsilon: number
  /** The rate of training step t (from 1) with its correction, computed in float64. */
  rate(learningRate: number, t: number): number
}

/** Sources: Kingma and Ba 2015 as Lasagne has it; shift-based AdaMax of Hubara et al., Algorithm 3, and its Torch7 code. */
export function planOptimizer(optimizer: Optimizer): OptimizerPlan {
  switch (optimizer.kind) {
    case 'sgd':
      return { shader: 'sgd', memory: ['velocity'], first: optimizer.momentum, second: 0, epsilon: 0, rate: learningRate => learningRate }
    case 'adam': {
      const { beta1, beta2, epsilon } = optimizer
      return { shader: 'adam', memory: ['m', 'v'], first: beta1, second: beta2, epsilon, rate: (learningRate, t) => (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t) }
    }
    case 'adamaxShift': {
      const { beta1, beta2, epsilon, mode } = optimizer
      return { shader: `adamax_shift_${mode}`, memory: ['m', 'v'], first: beta1, second: beta2, epsilon, rate: (learningRate, t) => nearestPowerOfTwo(learningRate / (1 - beta1 ** t)) }
    }
  }
}

/** The learning rate of an epoch (from 0). */
export function learningRateAt(start: number, schedule: Schedule, epoch: number, epochs: number): number {
  switch (schedule.kind) {
    case 'constant':
      return start
    case 'exponential':
      return start * (schedule.end / start) ** (epoch / epochs)
    case 'halve':
      return start * 0.5 ** Math.floor(epoch / schedule.every)
    case 'step':
      return start * schedule.factor ** Math.floor(epoch / schedule.every)
  }
}
