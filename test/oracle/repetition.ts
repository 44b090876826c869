/** Filters counted by writing them out as text, slice by slice: what core/analysis is held against. */

export interface Layer {
  readonly kernel: number
  readonly inputs: number
  readonly outputs: number
  /** Latent weights [tap * inputs + input][output]. */
  readonly latent: ArrayLike<number>
}

/** The signs of one slice in the order of its taps. */
export function sliceText({ kernel, inputs, outputs, latent }: Layer, input: number, output: number): string {
  return Array.from({ length: kernel * kernel }, (_, tap) => ((latent[(tap * inputs + input) * outputs + output] as number) >= 0 ? '+' : '-')).join('')
}

export function opposite(text: string): string {
  return text.replaceAll('+', 'x').replaceAll('-', '+').replaceAll('x', '-')
}

/** One of a filter and its opposite, whichever of them is asked about. */
export function merged(text: string): string {
  return [text, opposite(text)].sort()[0] as string
}

/** Distinct slices of every input map, added up. */
export function distinctSlices(layer: Layer, as: (text: string) => string): number {
  let sum = 0
  for (let input = 0; input < layer.inputs; input++) {
    sum += new Set(Array.from({ length: layer.outputs }, (_, output) => as(sliceText(layer, input, output)))).size
  }
  return sum
}

export function allSlices(layer: Layer): string[] {
  return Array.from({ length: layer.inputs * layer.outputs }, (_, at) => sliceText(layer, Math.floor(at / layer.outputs), at % layer.outputs))
}

/** The whole filter of an output channel. */
export function channelText(layer: Layer, output: number): string {
  return Array.from({ length: layer.inputs }, (_, input) => sliceText(layer, input, output)).join('')
}

/** Slices with another in their map from which they, or their opposite, differ in at most `most` taps. */
export function nearSlices(layer: Layer, most: number, opposites: boolean): number {
  const apart = (a: string, b: string): number => Array.from(a).filter((sign, tap) => sign !== b[tap]).length
  let sum = 0
  for (let input = 0; input < layer.inputs; input++) {
    const texts = Array.from({ length: layer.outputs }, (_, output) => sliceText(layer, input, output))
    for (const [output, text] of texts.entries()) {
      if (texts.some((other, at) => at !== output && (apart(text, other) <= most || (opposites && apart(opposite(text), other) <= most)))) sum++
    }
  }
  return sum
}
