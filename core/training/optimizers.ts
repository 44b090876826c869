import type { Optimizer } from '../architecture/recipe.ts'
import { prolongedRateAt } from '../architecture/schedule.ts'
import { nearestPowerOfTwo } from '../layers/layerScale.ts'

/** How a parameter is moved: the shader, what it remembers, and the constants of the update. */
export interface UpdateRule {
  readonly shader: string
  readonly memory: readonly string[]
  readonly first: number
  readonly second: number
  readonly epsilon: number
}

export interface OptimizerPlan {
  /** The rule for weights of which only the sign is used, and for everything else. */
  readonly latent: UpdateRule
  readonly other: UpdateRule
  /** The rate of training step t (from 1) with its correction, computed in float64. */
  rate(learningRate: number, t: number): number
  /** The weight of the newest gradient in Bop's mean, in an epoch (from 0); 0 for the others. */
  gamma(epoch: number, epochs: number): number
}

/** The same rule for all parameters. */
function uniform(rule: UpdateRule, rate: OptimizerPlan['rate']): OptimizerPlan {
  return { latent: rule, other: rule, rate, gamma: () => 0 }
}

/** Sources: Kingma and Ba 2015 as Lasagne has it; shift-based AdaMax of Hubara et al., Algorithm 3, and its Torch7 code; Bop of Helwegen et al. 2019. */
export function planOptimizer(optimizer: Optimizer): OptimizerPlan {
  switch (optimizer.kind) {
    case 'sgd':
      return uniform({ shader: 'sgd', memory: ['velocity'], first: optimizer.momentum, second: 0, epsilon: 0 }, learningRate => learningRate)
    case 'adam':
      return adam(optimizer)
    case 'bop': {
      const { threshold, gamma, gammaSchedule } = optimizer
      return { ...adam(optimizer), latent: { shader: 'bop', memory: ['m'], first: threshold, second: 0, epsilon: 0 }, gamma: (epoch, epochs) => prolongedRateAt(gamma, gammaSchedule, epoch, epochs) }
    }
    case 'adamaxShift': {
      const { beta1, beta2, epsilon, mode } = optimizer
      return uniform({ shader: `adamax_shift_${mode}`, memory: ['m', 'v'], first: beta1, second: beta2, epsilon }, (learningRate, t) => nearestPowerOfTwo(learningRate / (1 - beta1 ** t)))
    }
  }
}

function adam({ beta1, beta2, epsilon }: { readonly beta1: number; readonly beta2: number; readonly epsilon: number }): OptimizerPlan {
  return uniform({ shader: 'adam', memory: ['m', 'v'], first: beta1, second: beta2, epsilon }, (learningRate, t) => (learningRate * Math.sqrt(1 - beta2 ** t)) / (1 - beta1 ** t))
}
