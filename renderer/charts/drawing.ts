import type { LinePicture } from './picture.ts'

/** A face of a font, as a style sheet has it, with whole addresses. A worker has no style sheets, so it is told. */
export interface FontFaceRule {
  readonly family: string
  readonly source: string
  readonly descriptors: FontFaceDescriptors
}

/** What the page tells the worker that draws its charts. */
export type DrawingOrder =
  /** First of all: `shown` are the families of fonts that pictures use. */
  | { readonly kind: 'fonts'; readonly faces: readonly FontFaceRule[]; readonly shown: readonly string[] }
  | { readonly kind: 'begin'; readonly chart: number; readonly canvas: OffscreenCanvas }
  /** `density`: pixels of the screen a pixel of the page. */
  | { readonly kind: 'draw'; readonly chart: number; readonly picture: LinePicture; readonly density: number }
  | { readonly kind: 'end'; readonly chart: number }

/** What it answers to each `draw`. */
export interface Drawn {
  readonly chart: number
  /** The values of the y axis at the upper and the lower edge of the plot; NaN if there is none. */
  readonly high: number
  readonly low: number
  readonly log: boolean
  /** Of the points of the picture, given back. */
  readonly memory: readonly ArrayBuffer[]
}

/** Where `value` stands in a plot that was drawn between the pixels `top` and `bottom`; NaN where a logarithmic axis has no place for it. */
export function yPixelOf({ high, low, log }: Pick<Drawn, 'high' | 'low' | 'log'>, value: number, top: number, bottom: number): number {
  const place = (at: number): number => (log ? Math.log10(at) : at)
  const pixel = top + ((place(high) - place(value)) / (place(high) - place(low))) * (bottom - top)
  return Number.isFinite(pixel) ? pixel : NaN
}
