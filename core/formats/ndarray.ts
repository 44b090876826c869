/** Numbers of an array file as its dtype keeps them; halves are widened to float32, 64-bit integers to float64. */
export type Values = Float32Array | Float64Array | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array

/** An array of any rank, row-major (C order). A scalar has the shape []. */
export interface NdArray {
  readonly shape: readonly number[]
  readonly values: Values
}

/** As in "128 x 3 x 3 x 3"; "a single number" for a scalar. */
export function shapeWords(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.length === 1 ? `${shape[0]} values` : shape.join(' x ')
}

/** Little-endian IEEE 754 halves (binary16) as float32, exactly. */
export function widenHalves(bits: Uint16Array): Float32Array {
  return Float32Array.from(bits, half => {
    const sign = (half & 0x8000) === 0 ? 1 : -1
    const exponent = (half >> 10) & 31
    const fraction = half & 1023
    if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
  })
}

/** The upper halves of float32 (bfloat16) as float32, exactly. */
export function widenBrains(bits: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(bits, half => (half << 16) >>> 0).buffer)
}
