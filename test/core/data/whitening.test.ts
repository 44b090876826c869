import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { composeWhitenings, Covariance, inverseSquareRoot } from '../../../core/data/whitening.ts'
import { fillUniform, streamKey } from '../../../core/random.ts'

const uniform = (length: number, seed: number): Float64Array => Float64Array.from(fillUniform(new Float32Array(length), streamKey(seed, 9), -1, 1))

function product(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const c = new Float64Array(n * n)
  for (let i = 0; i < n; i++) for (let k = 0; k < n; k++) for (let j = 0; j < n; j++) c[i * n + j] = (c[i * n + j] as number) + (a[i * n + k] as number) * (b[k * n + j] as number)
  return c
}

/** A covariance of some samples: of full rank if there are more of them than values. */
function sample(n: number, samples: number, seed: number): { readonly rows: Float64Array[]; readonly mean: Float64Array; readonly covariance: Float64Array } {
  const rows = Array.from({ length: samples }, (_, k) => uniform(n, seed + 100 * k))
  const sums = new Covariance(n)
  for (const row of rows) sums.add(row)
  return { rows, ...sums.finish() }
}

describe('whitening', () => {
  it('adds up covariances as written down', () => {
    for (const [n, samples] of [[1, 1], [2, 5], [3, 129], [7, 128], [10, 300]] as const) {
      const { rows, mean, covariance } = sample(n, samples, n)
      for (let i = 0; i < n; i++) {
        expect(mean[i]).toBeCloseTo(rows.reduce((sum, row) => sum + (row[i] as number), 0) / samples, 12)
        for (let j = 0; j < n; j++) expect(covariance[i * n + j]).toBeCloseTo(rows.reduce((sum, row) => sum + ((row[i] as number) - (mean[i] as number)) * ((row[j] as number) - (mean[j] as number)), 0) / samples, 11)
      }
    }
  })

  it('gives a symmetric W with W (C + bias) W = 1, for any size and rank', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 60 }), fc.constantFrom(1e-6, 0.1, 10), fc.nat(1000), (n, samples, bias, seed) => {
      const { covariance } = sample(n, samples, seed)
      const biased = covariance.map((value, at) => (at % (n + 1) === 0 ? value + bias : value))
      const root = inverseSquareRoot(covariance.slice(), n, bias)
      const one = product(product(root, biased, n), root, n)
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          expect(root[i * n + j]).toBe(root[j * n + i])
          expect(Math.abs((one[i * n + j] as number) - Number(i === j))).toBeLessThan(1e-7)
        }
      }
      // Of the many such W the positive one is meant.
      const x = uniform(n, seed + 1)
      expect(x.reduce((sum, value, i) => sum + value * x.reduce((inner, other, j) => inner + (root[i * n + j] as number) * other, 0), 0)).toBeGreaterThan(0)
    }), { numRuns: 60 })
  })

  it('takes matrices that are diagonal already, or zero', () => {
    expect([...inverseSquareRoot(Float64Array.of(3, 0, 0, 8), 2, 1)].map(value => Math.round(value * 1e9) / 1e9)).toEqual([0.5, 0, 0, 0.333333333])
    expect(inverseSquareRoot(new Float64Array(9), 3, 4)[0]).toBeCloseTo(0.5, 12)
  })

  it('composes whitenings as eigenvalues say', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 1e-6, max: 10, noNaN: true }), { minLength: 1, maxLength: 4 }), fc.double({ min: 0, max: 100, noNaN: true }), (biases, eigenvalue) => {
      let [gain, value] = [1, eigenvalue]
      for (const bias of biases) {
        const step = 1 / Math.sqrt(value + bias)
        gain *= step
        value *= step * step
      }
      const { factor, bias } = composeWhitenings(biases)
      expect(factor / Math.sqrt(eigenvalue + bias) / gain).toBeCloseTo(1, 9)
    }))
  })
})
