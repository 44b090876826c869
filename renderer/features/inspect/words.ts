import { grouped } from '../../../core/architecture/wording.ts'
import type { InspectLayer, Moment } from '../../../main/contract/app/inspect.ts'

/** A share as papers write it, as in "42 %". */
export function wholePercent(share: number): string {
  return `${Math.round(100 * share)} %`
}

export function momentText({ name, epoch, best }: Moment): string {
  const place = name === 'weights' ? 'as imported' : name === 'last' ? `within epoch ${Math.floor(epoch) + 1}` : epoch === 0 ? 'before training' : `epoch ${epoch}`
  return best ? `${place}, best` : place
}

/** As in "128 × 64 of 3 × 3" or "1,024 units of 8,192 inputs". */
export function sizeText({ kind, kernel, inputs, outputs }: InspectLayer): string {
  return kind === 'conv2d' ? `${grouped(outputs)} × ${grouped(inputs)} of ${kernel} × ${kernel}` : `${grouped(outputs)} units of ${grouped(inputs)} inputs`
}
