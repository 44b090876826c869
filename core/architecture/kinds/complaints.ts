import type { Fix, Problem } from '../kind.ts'
import { MAX_VALUES, type Signal } from '../signal.ts'
import { describeSignal, grouped } from '../wording.ts'

/** A picture where only a vector will do; `what` reads as in "a dense layer". */
export function needsVector(node: string, what: string, source: Signal): Problem {
  return {
    code: 'needsVector',
    severity: 'error',
    message: `${node} gets ${describeSignal(source)}; ${what} takes a vector`,
    node,
    fixes: [{ label: 'Insert a flatten layer', before: node, insert: 'flatten' }],
  }
}

/** A vector where only a picture will do; `what` reads as in "a convolution". */
export function needsPicture(node: string, what: string, source: Signal): Problem {
  return {
    code: 'needsPicture',
    severity: 'error',
    message: `${node} gets ${describeSignal(source)}; ${what} takes a picture of height × width × channels`,
    node,
    fixes: [{ label: `Remove ${node}`, node, remove: true }],
  }
}

/** A flow that the kind does not take; `takes` reads as in "a max-pool takes sums, reals or bits". */
export function refusesFlow(node: string, source: Signal, takes: string): Problem {
  return {
    code: 'wrongFlow',
    severity: 'error',
    message: `${node} gets ${describeSignal(source)}; ${takes}`,
    node,
    fixes: [{ label: `Remove ${node}`, node, remove: true }],
  }
}

/** An output of more values than one signal may have. */
export function outputTooLarge(node: string, values: number, fix: Fix): Problem {
  return {
    code: 'tooLarge',
    severity: 'error',
    message: `${node} would give ${grouped(values)} values an image; at most ${grouped(MAX_VALUES)} are possible`,
    node,
    fixes: [fix],
  }
}
