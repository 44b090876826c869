import type { Samples } from '../../../main/contract/app/datasets.ts'

/** A run of images laid out in a grid, as the pixels of one picture. */
export interface Sheet {
  readonly width: number
  readonly height: number
  readonly rgba: Uint8ClampedArray<ArrayBuffer>
}

/**
 * Images side by side, `columns` in a row, a pixel of theirs a pixel of the sheet: who draws it enlarges it without smoothing.
 * One channel is grey; of more than three only the first three are shown.
 */
export function sheetOf({ shape: [height, width, channels], labels, pixels }: Pick<Samples, 'shape' | 'labels' | 'pixels'>, columns: number, gap: number): Sheet {
  const images = labels.length
  const rows = Math.ceil(images / columns)
  const sheetWidth = columns * (width + gap) - gap
  const sheetHeight = Math.max(1, rows * (height + gap) - gap)
  const rgba = new Uint8ClampedArray(sheetWidth * sheetHeight * 4)
  for (let image = 0; image < images; image++) {
    const left = (image % columns) * (width + gap)
    const top = Math.floor(image / columns) * (height + gap)
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const from = ((image * height + y) * width + x) * channels
        const to = ((top + y) * sheetWidth + left + x) * 4
        for (let channel = 0; channel < 3; channel++) rgba[to + channel] = pixels[from + (channels >= 3 ? channel : 0)] ?? 0
        rgba[to + 3] = 255
      }
    }
  }
  return { width: sheetWidth, height: sheetHeight, rgba }
}

/** Screen pixels of a side of an image: whole multiples of its own where they fit, so that every pixel is as large as the next. */
export function tileSide(side: number, wished: number): number {
  return side >= wished ? wished : side * Math.max(1, Math.floor(wished / side))
}
