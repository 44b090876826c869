import { invariant } from '../errors.ts'

/**
 * ZCA whitening: (C + bias)^(-1/2) for a covariance C, in float64. No eigenvectors are computed: C is brought to a tridiagonal T by
 * reflections, C = Q T Q', the function is taken of T, and the reflections carry it back. That is a quarter of the work of QL with vectors.
 */

/** Images added up at a time: their columns fit the caches. */
const PANEL = 128

/** Adds up a covariance: sums of values and of their products, n values a sample. */
export class Covariance {
  readonly #n: number
  #count = 0
  readonly #sums: Float64Array
  /** [n][n], the lower triangle. */
  readonly #products: Float64Array
  /** [n][PANEL]: samples that are not added up yet, by value. */
  readonly #panel: Float64Array
  #filled = 0

  constructor(n: number) {
    this.#n = n
    this.#sums = new Float64Array(n)
    this.#products = new Float64Array(n * n)
    this.#panel = new Float64Array(n * PANEL)
  }

  add(values: Float64Array): void {
    for (let i = 0; i < this.#n; i++) {
      const value = values[i] as number
      this.#sums[i] = (this.#sums[i] as number) + value
      this.#panel[i * PANEL + this.#filled] = value
    }
    this.#count++
    this.#filled++
    if (this.#filled === PANEL) this.#flush()
  }

  /** The mean, and the covariance over the number of samples, whole and symmetric. Ends the adding. */
  finish(): { readonly mean: Float64Array; readonly covariance: Float64Array } {
    this.#flush()
    const [n, count] = [this.#n, this.#count]
    invariant(count > 0, () => 'a covariance of no samples')
    const mean = this.#sums.map(sum => sum / count)
    const covariance = this.#products
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const value = (covariance[i * n + j] as number) / count - (mean[i] as number) * (mean[j] as number)
        covariance[i * n + j] = value
        covariance[j * n + i] = value
      }
    }
    return { mean, covariance }
  }

  /** Four rows by two columns at a time, whose sums stay in registers. */
  #flush(): void {
    const n = this.#n
    const panel = this.#panel
    for (let i = 0; i < n; i++) panel.fill(0, i * PANEL + this.#filled, (i + 1) * PANEL)
    this.#filled = 0
    for (let i = 0; i < n; i += 4) for (let j = 0; j < Math.min(n, i + 4); j += 2) addProducts(this.#products, panel, n, i, j)
  }
}

/** products[i..i+3][j..j+1] += the products of these rows of the panel, where they exist. */
function addProducts(products: Float64Array, panel: Float64Array, n: number, i: number, j: number): void {
  const last = n - 1
  const a = i * PANEL
  const b = Math.min(i + 1, last) * PANEL
  const c = Math.min(i + 2, last) * PANEL
  const d = Math.min(i + 3, last) * PANEL
  const e = j * PANEL
  const f = Math.min(j + 1, last) * PANEL
  let ae = 0
  let af = 0
  let be = 0
  let bf = 0
  let ce = 0
  let cf = 0
  let de = 0
  let df = 0
  for (let k = 0; k < PANEL; k++) {
    const x = panel[e + k] as number
    const y = panel[f + k] as number
    const va = panel[a + k] as number
    const vb = panel[b + k] as number
    const vc = panel[c + k] as number
    const vd = panel[d + k] as number
    ae += va * x
    af += va * y
    be += vb * x
    bf += vb * y
    ce += vc * x
    cf += vc * y
    de += vd * x
    df += vd * y
  }
  const sums = [ae, af, be, bf, ce, cf, de, df]
  for (let row = 0; row < 4 && i + row < n; row++) {
    for (let column = 0; column < 2 && j + column < n; column++) {
      const at = (i + row) * n + j + column
      products[at] = (products[at] as number) + (sums[2 * row + column] as number)
    }
  }
}

/**
 * Several whitenings of the same data one after another are one: if the first ones come to c (C + b)^(-1/2), the covariance behind them is
 * c^2 C / (C + b), and another with bias e makes of it c / sqrt(c^2 + e) (C + e b / (c^2 + e))^(-1/2).
 */
export function composeWhitenings(biases: readonly number[]): { readonly factor: number; readonly bias: number } {
  const [first = 0, ...rest] = biases
  return rest.reduce(({ factor, bias }, next) => ({ factor: factor / Math.sqrt(factor ** 2 + next), bias: (next * bias) / (factor ** 2 + next) }), { factor: 1, bias: first })
}

/**
 * (C + bias)^(-1/2) of a symmetric positive semidefinite C [n][n], which is destroyed. About 4/3 n^3 multiply-adds. `progress` hears the
 * share that is done.
 */
export function inverseSquareRoot(covariance: Float64Array, n: number, bias: number, progress?: (share: number) => void): Float64Array {
  const { diagonal, beside } = tridiagonalise(covariance, n, share => progress?.(share / 3))
  const root = inverseRootOfTridiagonal(diagonal, beside, bias)
  carryBack(root, covariance, n, share => progress?.((1 + 2 * share) / 3))
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) root[j * n + i] = root[i * n + j] as number
  return root
}

/**
 * Householder reflections H = 1 - u u' from both sides, one for each column (Golub and Van Loan, Matrix Computations, section 8.3.1). Works on the
 * lower triangle; u of step k, of squared length 2, is left in row k above the diagonal.
 */
function tridiagonalise(a: Float64Array, n: number, progress: (share: number) => void): { readonly diagonal: Float64Array; readonly beside: Float64Array } {
  const diagonal = new Float64Array(n)
  const beside = new Float64Array(n)
  const u = new Float64Array(n)
  const p = new Float64Array(n)
  for (let k = 0; k < n; k++) {
    diagonal[k] = a[k * n + k] as number
    if (k + 1 >= n) break
    let squares = 0
    for (let i = k + 1; i < n; i++) {
      u[i] = a[i * n + k] as number
      squares += (u[i] as number) ** 2
    }
    const first = u[k + 1] as number
    const tail = squares - first * first
    if (tail <= 0) {
      beside[k] = first
      a.fill(0, k * n + k + 1, (k + 1) * n)
      continue
    }
    const length = Math.sqrt(squares)
    const target = first > 0 ? -length : length
    beside[k] = target
    u[k + 1] = first - target
    const scale = Math.sqrt(2 / (tail + (first - target) ** 2))
    for (let i = k + 1; i < n; i++) u[i] = (u[i] as number) * scale
    reflectLower(a, n, u, p, k + 1, k + 1)
    a.set(u.subarray(k + 1), k * n + k + 1)
    progress(1 - (1 - k / n) ** 3)
  }
  return { diagonal, beside }
}

/** M = H M H for a symmetric M of which rows and columns from `low` on matter, by its lower triangle; u is zero below `begin`. */
function reflectLower(m: Float64Array, n: number, u: Float64Array, p: Float64Array, begin: number, low: number): void {
  p.fill(0, low)
  for (let i = begin; i < n; i++) multiplyRow(m, i * n, u, p, begin, low, i)
  let product = 0
  for (let i = begin; i < n; i++) product += (u[i] as number) * (p[i] as number)
  for (let i = begin; i < n; i++) p[i] = (p[i] as number) - 0.5 * product * (u[i] as number)
  for (let i = begin; i < n; i++) updateRow(m, i * n, u, p, begin, low, i)
}

/** Row i's share of p = M u: of the entries left of the diagonal in both directions. Four sums, since each addition waits for the one before it. */
function multiplyRow(m: Float64Array, row: number, u: Float64Array, p: Float64Array, begin: number, low: number, i: number): void {
  const ui = u[i] as number
  let a = (m[row + i] as number) * ui
  let b = 0
  let c = 0
  let d = 0
  for (let j = low; j < begin; j++) p[j] = (p[j] as number) + (m[row + j] as number) * ui
  let j = begin
  for (; j + 3 < i; j += 4) {
    const at = row + j
    const w = m[at] as number
    const x = m[at + 1] as number
    const y = m[at + 2] as number
    const z = m[at + 3] as number
    a += w * (u[j] as number)
    b += x * (u[j + 1] as number)
    c += y * (u[j + 2] as number)
    d += z * (u[j + 3] as number)
    p[j] = (p[j] as number) + w * ui
    p[j + 1] = (p[j + 1] as number) + x * ui
    p[j + 2] = (p[j + 2] as number) + y * ui
    p[j + 3] = (p[j + 3] as number) + z * ui
  }
  for (; j < i; j++) {
    a += (m[row + j] as number) * (u[j] as number)
    p[j] = (p[j] as number) + (m[row + j] as number) * ui
  }
  p[i] = (p[i] as number) + (a + b + c + d)
}

function updateRow(m: Float64Array, row: number, u: Float64Array, p: Float64Array, begin: number, low: number, i: number): void {
  const ui = u[i] as number
  const pi = p[i] as number
  for (let j = low; j < begin; j++) m[row + j] = (m[row + j] as number) - ui * (p[j] as number)
  for (let j = begin; j <= i; j++) m[row + j] = (m[row + j] as number) - (ui * (p[j] as number) + pi * (u[j] as number))
}

function carryBack(root: Float64Array, reflections: Float64Array, n: number, progress: (share: number) => void): void {
  const u = new Float64Array(n)
  const p = new Float64Array(n)
  for (let k = n - 2; k >= 0; k--) {
    u.fill(0)
    u.set(reflections.subarray(k * n + k + 1, (k + 1) * n), k + 1)
    reflectLower(root, n, u, p, k + 1, 0)
    progress(((n - k) / n) ** 2)
  }
}

/** Steps of the sum below, and how far from the middle its terms still count: both leave errors below 1e-12. */
const STEP = 0.33
const REACH = 30

/**
 * (T + bias)^(-1/2), its lower triangle, by 1 / sqrt(x) = 2/pi times the integral of e^v / (e^2v + x) over all v: the trapezoidal rule converges
 * exponentially for it (Hale, Higham, Trefethen, SIAM J. Numer. Anal. 46, 2008). Each term is the inverse of a tridiagonal matrix.
 */
function inverseRootOfTridiagonal(diagonal: Float64Array, beside: Float64Array, bias: number): Float64Array {
  const n = diagonal.length
  const root = new Float64Array(n * n)
  const largest = diagonal.reduce((sum, value) => sum + Math.abs(value), bias)
  for (let v = Math.log(bias) / 2 - REACH; v < Math.log(largest) / 2 + REACH; v += STEP) {
    const t = Math.exp(v)
    addInverse(root, diagonal.map(value => value + bias + t * t), beside, (2 / Math.PI) * STEP * t)
  }
  return root
}

/** root += weight * T^-1, from the pivots of elimination from either end. */
function addInverse(root: Float64Array, diagonal: Float64Array, beside: Float64Array, weight: number): void {
  const n = diagonal.length
  const down = new Float64Array(n)
  const up = new Float64Array(n)
  const ratio = new Float64Array(n)
  for (let i = 0; i < n; i++) down[i] = (diagonal[i] as number) - (i > 0 ? (beside[i - 1] as number) ** 2 / (down[i - 1] as number) : 0)
  for (let i = n - 1; i >= 0; i--) up[i] = (diagonal[i] as number) - (i < n - 1 ? (beside[i] as number) ** 2 / (up[i + 1] as number) : 0)
  for (let i = 0; i < n - 1; i++) ratio[i] = -(beside[i] as number) / (down[i] as number)
  for (let j = 0; j < n; j++) {
    let value = weight / ((down[j] as number) + (up[j] as number) - (diagonal[j] as number))
    const row = j * n
    root[row + j] = (root[row + j] as number) + value
    for (let i = j - 1; i >= 0; i--) {
      value *= ratio[i] as number
      // Numbers below the normal ones are slow, and too small to count.
      if (value < 1e-300 && value > -1e-300) break
      root[row + i] = (root[row + i] as number) + value
    }
  }
}
