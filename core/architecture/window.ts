import type { Fix, Problem } from './kind.ts'
import { grouped } from './wording.ts'

/** The square window of a convolution or a pool, in values of the picture. */
export interface Window {
  readonly size: number
  readonly stride: number
  /** Rows and columns added on every side; they hold nothing, and a tap on them is left out. */
  readonly padding: number
}

/** Longest side of a window, and longest step. */
export const MAX_WINDOW = 64

/** Places a window takes along one side: floor((side + 2 padding - size) / stride) + 1; below 1 if it does not fit. */
export function windowPlaces(side: number, { size, stride, padding }: Window): number {
  return Math.floor((side + 2 * padding - size) / stride) + 1
}

/** Names of the attributes that a kind calls the window's side and padding. */
export interface WindowFields {
  readonly size: string
  /** As in "a kernel". */
  readonly what: string
}

/**
 * Why a window cannot run over a picture: larger than the picture with its padding, or padding as wide as the window,
 * so that some places would see nothing. Undefined if it can; every place then has a tap inside the picture.
 */
export function windowProblem(node: string, height: number, width: number, window: Window, { size: field, what }: WindowFields): Problem | undefined {
  const { size, padding } = window
  const least = Math.min(height, width)
  if (padding >= size) {
    return {
      code: 'paddingTooWide',
      severity: 'error',
      message: `${node} pads by ${padding}, as much as its ${what} of ${size} × ${size} or more: at the border it would see padding alone`,
      node,
      field: 'padding',
      fixes: [{ label: `Pad by ${size - 1}`, node, set: { padding: size - 1 } }],
    }
  }
  if (least + 2 * padding >= size) return undefined
  const padded = padding === 0 ? '' : `, ${grouped(height + 2 * padding)} × ${grouped(width + 2 * padding)} with its padding`
  const needed = Math.ceil((size - least) / 2)
  const fixes: Fix[] = [
    { label: `Use a ${what} of ${least} × ${least}`, node, set: { [field]: least, padding: 0 } },
    { label: `Pad by ${needed}`, node, set: { padding: needed } },
  ]
  return {
    code: 'windowTooLarge',
    severity: 'error',
    message: `${node} has a ${what} of ${size} × ${size}, larger than the picture: that is ${grouped(height)} × ${grouped(width)}${padded}`,
    node,
    field,
    fixes,
  }
}
