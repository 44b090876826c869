import type { Problem } from '../kind.ts'
import type { Signal } from '../signal.ts'
import { describeSignal } from '../wording.ts'

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
