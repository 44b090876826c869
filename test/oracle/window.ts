/** Windows over pictures. A picture's tensor has one row a position, image by image, line by line: (n * height + y) * width + x. */

export interface Size {
  readonly height: number
  readonly width: number
}

export interface Window {
  readonly size: number
  readonly stride: number
  /** Rows and columns outside the picture that a window may reach into; there is nothing there. */
  readonly padding: number
}

/** floor((side + 2 padding - size) / stride) + 1 for both sides. */
export function outputSize({ height, width }: Size, { size, stride, padding }: Window): Size {
  const places = (side: number): number => Math.floor((side + 2 * padding - size) / stride) + 1
  const output = { height: places(height), width: places(width) }
  if (output.height < 1 || output.width < 1 || padding >= size) throw new Error(`a window of ${size}, stride ${stride}, padding ${padding} does not fit ${height} x ${width}`)
  return output
}

/** One tap of one place of the window: which output row it adds to, which input row it reads, and tap = ky * size + kx. */
export interface Tap {
  readonly outputRow: number
  readonly tap: number
  readonly inputRow: number
}

/** All taps that lie inside the picture, by output row, then by tap. */
export function* tapsInside(images: number, input: Size, window: Window): Generator<Tap> {
  const output = outputSize(input, window)
  for (let image = 0; image < images; image++) {
    for (let oy = 0; oy < output.height; oy++) {
      for (let ox = 0; ox < output.width; ox++) {
        for (let tap = 0; tap < window.size * window.size; tap++) {
          const y = oy * window.stride - window.padding + Math.floor(tap / window.size)
          const x = ox * window.stride - window.padding + tap % window.size
          if (y < 0 || y >= input.height || x < 0 || x >= input.width) continue
          yield {
            outputRow: (image * output.height + oy) * output.width + ox,
            tap,
            inputRow: (image * input.height + y) * input.width + x,
          }
        }
      }
    }
  }
}

/** The images a picture's tensor holds, and the rows of the tensor that a window makes of it. */
export function imagesAndRows(rows: number, input: Size, window: Window): { images: number; outputRows: number } {
  const images = rows / (input.height * input.width)
  if (!Number.isInteger(images)) throw new RangeError(`${rows} rows are no whole number of ${input.height} x ${input.width} pictures`)
  const output = outputSize(input, window)
  return { images, outputRows: images * output.height * output.width }
}
