import type { Activation } from './previewStore.ts'

/** Bits are drawn as bits: lit is +1, dark is -1, a pixel each, never interpolated. Reals from dark to light over their range. */

type Colour = readonly [number, number, number]
const ON: Colour = [247, 220, 170]
const OFF: Colour = [35, 42, 56]
const LOW: Colour = [13, 20, 28]
const HIGH: Colour = [122, 226, 206]

/** The brightness of one value, 0 to 1. */
export function valueAt({ form, data }: Activation, at: number): number {
  return form === 'bits' ? ((data[at >> 3] ?? 0) >> (at & 7)) & 1 : (data[at] ?? 0) / 255
}

/** Height and width of a channel; a vector is one channel, folded to about a square. */
export function planeOf({ shape }: Activation): { readonly height: number; readonly width: number; readonly channels: number } {
  const [height, width, channels] = shape
  if (height !== undefined && width !== undefined && channels !== undefined) return { height, width, channels }
  const units = shape[0] ?? 0
  const side = Math.ceil(Math.sqrt(units))
  return { height: Math.ceil(units / Math.max(1, side)), width: side, channels: 1 }
}

/** Paints channels into an image of rows of `columns` tiles, a pixel apart. */
export function paint(activation: Activation, first: number, count: number, columns: number): ImageData {
  const { height, width, channels } = planeOf(activation)
  const tiles = Math.max(1, Math.min(count, channels - first))
  const across = Math.min(columns, tiles)
  const down = Math.ceil(tiles / across)
  const image = new ImageData(across * (width + 1) - 1, down * (height + 1) - 1)
  const values = activation.shape.reduce((product, side) => product * side, 1)
  const [low, high] = activation.form === 'bits' ? [OFF, ON] : [LOW, HIGH]
  for (let tile = 0; tile < tiles; tile++) {
    const left = (tile % across) * (width + 1)
    const top = Math.floor(tile / across) * (height + 1)
    const base = (first + tile) * height * width
    for (let place = 0; place < height * width && base + place < values; place++) {
      const level = valueAt(activation, base + place)
      const at = 4 * ((top + Math.floor(place / width)) * image.width + left + (place % width))
      for (let part = 0; part < 3; part++) image.data[at + part] = Math.round((low[part] ?? 0) + level * ((high[part] ?? 0) - (low[part] ?? 0)))
      image.data[at + 3] = 255
    }
  }
  return image
}

/** A picture of the first channel, or of the whole vector, for a layer on the drawing. */
export function thumbnailOf(activation: Activation): string {
  const { channels } = planeOf(activation)
  const image = paint(activation, 0, channels >= 4 ? 4 : 1, 2)
  const canvas = document.createElement('canvas')
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext('2d')?.putImageData(image, 0, 0)
  return canvas.toDataURL()
}
