import { isPositive, type Signs } from '../../../core/analysis/signs.ts'
import type { InspectLayer } from '../../../main/contract/app/inspect.ts'

/** Height, width and colours of what one channel or unit weighs of the network's picture; undefined for layers that read no picture. */
export function weightShape({ kind, kernel, inputs, picture }: InspectLayer): readonly [height: number, width: number, colours: number] | undefined {
  if (!picture) return undefined
  if (kind === 'conv2d') return [kernel, kernel, inputs]
  return picture[0] * picture[1] * picture[2] === inputs ? picture : undefined
}

/**
 * The weights of outputs `first` and after as pictures a pixel apart, rows of `columns`: three colours as red, green and blue; of other numbers
 * the mean of all. `level` gives a weight's brightness, 0 to 1, by its place in [rows][outputs].
 */
export function paintWeights(layer: InspectLayer, level: (at: number) => number, { first, count, columns }: { readonly first: number; readonly count: number; readonly columns: number }): { readonly width: number; readonly height: number; readonly rgba: Uint8ClampedArray<ArrayBuffer> } | undefined {
  const shape = weightShape(layer)
  if (!shape) return undefined
  const [height, width, colours] = shape
  const shown = Math.max(0, Math.min(count, layer.outputs - first))
  const across = Math.max(1, Math.min(columns, shown))
  const size = { width: across * (width + 1) - 1, height: Math.max(1, Math.ceil(shown / across) * (height + 1) - 1) }
  const rgba = new Uint8ClampedArray(4 * size.width * size.height)
  for (let tile = 0; tile < shown; tile++) {
    const [left, top] = [(tile % across) * (width + 1), Math.floor(tile / across) * (height + 1)]
    for (let place = 0; place < height * width; place++) {
      const at = 4 * ((top + Math.floor(place / width)) * size.width + left + (place % width))
      const of = (colour: number): number => level((place * colours + colour) * layer.outputs + first + tile)
      const mean = colours === 3 ? 0 : Array.from({ length: colours }, (_, colour) => of(colour)).reduce((sum, value) => sum + value, 0) / colours
      for (let part = 0; part < 3; part++) rgba[at + part] = Math.round(255 * (colours === 3 ? of(part) : mean))
      rgba[at + 3] = 255
    }
  }
  return { ...size, rgba }
}

/** Latent weights from -bound to bound, dark to light. */
export function latentLevel(values: Float32Array, bound: number): (at: number) => number {
  return at => ((values[at] as number) / bound + 1) / 2
}

export function signLevel(signs: Signs): (at: number) => number {
  return at => (isPositive(signs, at) ? 1 : 0)
}
