/**
 * What a network means to Lasagne and BinaryNet (Theano), in float64: channels first, true convolutions unless filters are not
 * flipped, dense layers on pictures flattened channel by channel, batch normalisation by the stored mean and inverse standard
 * deviation. Written from their documentation alone (bnn-spec 1.2), so that it can judge what is imported; one image at a time.
 */

export interface Picture {
  readonly channels: number
  readonly height: number
  readonly width: number
  /** By channel, row, column. */
  readonly values: Float64Array
}

export type LasagneLayer =
  /** W is [outputs][inputs][k][k]; `flip` is flip_filters, on by default in Lasagne. */
  | { readonly kind: 'conv'; readonly W: Float32Array; readonly b?: Float32Array; readonly outputs: number; readonly kernel: number; readonly pad: number; readonly flip: boolean }
  /** W is [inputs][outputs]. */
  | { readonly kind: 'dense'; readonly W: Float32Array; readonly b?: Float32Array; readonly outputs: number }
  | { readonly kind: 'norm'; readonly beta: Float32Array; readonly gamma: Float32Array; readonly mean: Float32Array; readonly inverse: Float32Array }
  | { readonly kind: 'sign' | 'pool' }

const binary = (w: number): number => (w >= 0 ? 1 : -1)

export function lasagneForward(layers: readonly LasagneLayer[], image: Picture): { readonly scores: Float64Array; readonly margin: number } {
  let x = image
  // How near to 0 any value came that a sign was taken of: nearer ones float32 may see otherwise.
  let margin = Infinity
  for (const layer of layers) {
    if (layer.kind === 'conv') x = convolve(x, layer)
    else if (layer.kind === 'dense') x = multiply(x, layer)
    else if (layer.kind === 'norm') x = normalise(x, layer)
    else if (layer.kind === 'pool') x = pool(x)
    else {
      for (const value of x.values) if (value !== 0) margin = Math.min(margin, Math.abs(value))
      x = { ...x, values: x.values.map(binary) }
    }
  }
  return { scores: x.values, margin }
}

function convolve({ channels, height, width, values }: Picture, { W, b, outputs, kernel, pad, flip }: Extract<LasagneLayer, { kind: 'conv' }>): Picture {
  const [rows, columns] = [height + 2 * pad - kernel + 1, width + 2 * pad - kernel + 1]
  const out = new Float64Array(outputs * rows * columns)
  const at = (c: number, y: number, x: number): number => (y < 0 || x < 0 || y >= height || x >= width ? 0 : (values[(c * height + y) * width + x] as number))
  for (let o = 0; o < outputs; o++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        let sum = b?.[o] ?? 0
        for (let c = 0; c < channels; c++) {
          for (let i = 0; i < kernel; i++) {
            for (let j = 0; j < kernel; j++) {
              const [u, v] = flip ? [kernel - 1 - i, kernel - 1 - j] : [i, j]
              sum += at(c, y + i - pad, x + j - pad) * binary(W[((o * channels + c) * kernel + u) * kernel + v] as number)
            }
          }
        }
        out[(o * rows + y) * columns + x] = sum
      }
    }
  }
  return { channels: outputs, height: rows, width: columns, values: out }
}

function multiply({ values }: Picture, { W, b, outputs }: Extract<LasagneLayer, { kind: 'dense' }>): Picture {
  const out = Float64Array.from({ length: outputs }, (_, o) => b?.[o] ?? 0)
  for (let i = 0; i < values.length; i++) for (let o = 0; o < outputs; o++) out[o] = (out[o] as number) + (values[i] as number) * binary(W[i * outputs + o] as number)
  return { channels: outputs, height: 1, width: 1, values: out }
}

function normalise(x: Picture, { beta, gamma, mean, inverse }: Extract<LasagneLayer, { kind: 'norm' }>): Picture {
  const size = x.height * x.width
  return { ...x, values: x.values.map((value, k) => {
    const c = Math.floor(k / size)
    return (value - (mean[c] as number)) * ((gamma[c] as number) * (inverse[c] as number)) + (beta[c] as number)
  }) }
}

/** 2 x 2, stride 2; an odd border is ignored. */
function pool({ channels, height, width, values }: Picture): Picture {
  const [rows, columns] = [Math.floor(height / 2), Math.floor(width / 2)]
  const out = new Float64Array(channels * rows * columns)
  for (let c = 0; c < channels; c++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const corner = (c * height + 2 * y) * width + 2 * x
        out[(c * rows + y) * columns + x] = Math.max(...[corner, corner + 1, corner + width, corner + width + 1].map(k => values[k] as number))
      }
    }
  }
  return { channels, height: rows, width: columns, values: out }
}
