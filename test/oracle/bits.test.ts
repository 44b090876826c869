import { describe, expect, it } from 'vitest'
import { packBits, packPixels, packPresence, packWeights, unpackBits, unpackWeights } from './bits.ts'
import { denseForward } from './dense.ts'
import { uniformValues } from './examples.ts'
import { Matrix, sign } from './numbers.ts'

/** A matrix of -1, 0 and +1, and latent weights of the same size. */
function examplesOfSizes(rows: number, columns: number): { ternary: Matrix; latent: Float64Array } {
  const values = uniformValues(rows * columns, 100 * rows + columns, -1.5, 1.5)
  return { ternary: new Matrix(rows, columns, values.map(value => value < -0.5 ? -1 : value > 0.5 ? 1 : 0)), latent: uniformValues(rows * columns, rows + 7 * columns) }
}

function popcount(word: number): number {
  let count = 0
  for (let bit = 0; bit < 32; bit++) count += (word >>> bit) & 1
  return count
}

describe('packed layouts', () => {
  it('puts the first channel in the lowest bit, +1 as 1, and zeros in the tail', () => {
    const row = Array.from({ length: 34 }, (_, channel) => channel === 0 || channel === 31 || channel === 33 ? 1 : -1)
    expect([...packBits(new Matrix(1, 34, row))]).toEqual([0x80000001, 2])
  })

  it('lays weights out as [word][output]', () => {
    // 33 inputs, 2 outputs: only input 1 of output 0 and input 32 of output 1 are +1.
    const latent = new Float64Array(66).fill(-0.5)
    latent[1 * 2 + 0] = 0
    latent[32 * 2 + 1] = 0.25
    expect([...packWeights(latent, 33, 2)]).toEqual([2, 0, 0, 1])
  })

  it('packs four pixels a word, little endian', () => {
    expect([...packPixels(Uint8Array.of(1, 2, 3, 4, 255, 6, 7, 8, 9, 10), 2, 5)]).toEqual([0x04030201, 0xff, 0x09080706, 10])
  })

  it.each([[1, 1], [3, 31], [2, 32], [3, 33], [2, 100]])('comes back from %i x %i', (rows, columns) => {
    const { ternary, latent } = examplesOfSizes(rows, columns)
    expect(unpackBits(packBits(ternary), rows, columns, packPresence(ternary)).values).toEqual(ternary.values)
    expect(unpackWeights(packWeights(latent, rows, columns), rows, columns)).toEqual(latent.map(sign))
  })

  it.each([[5, 1, 3], [4, 31, 7], [3, 64, 2], [2, 77, 5]])('XNOR and popcount over the packed words equal the float product (%i, %i, %i)', (rows, depth, units) => {
    const input = examplesOfSizes(rows, depth).ternary.map(x => x === 0 ? 1 : x)
    const { latent } = examplesOfSizes(depth, units)
    const [a, w, words] = [packBits(input), packWeights(latent, depth, units), Math.ceil(depth / 32)]
    const product = denseForward(input, latent, { units, binary: true }).map((_, m, n) => {
      let different = 0
      for (let word = 0; word < words; word++) different += popcount(((a[m * words + word] ?? 0) ^ (w[word * units + n] ?? 0)) >>> 0)
      return depth - 2 * different
    })
    expect(product.values).toEqual(denseForward(input, latent, { units, binary: true }).values)
  })
})
