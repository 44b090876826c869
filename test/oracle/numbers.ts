/**
 * Float64 scalars and matrices of the reference. Everything here is bounds-checked: a judge that reads past an
 * array would turn a kernel's bug and its own into the same number.
 */

/** `values[index]`, or an error when the index is outside: typed arrays give `undefined` silently. */
export function at(values: ArrayLike<number>, index: number): number {
  const value = values[index]
  if (value === undefined) throw new RangeError(`index ${index} is outside 0..${values.length - 1}`)
  return value
}

/** values[index] += amount, bounds-checked. */
export function accumulate(values: Float64Array, index: number, amount: number): void {
  values[index] = at(values, index) + amount
}

/** Row-major float64 matrix. In the network a row is one image (or one position of one image) and a column one channel. */
export class Matrix {
  readonly rows: number
  readonly columns: number
  readonly values: Float64Array

  /** Zeros, or a copy of `values`, whose length must be rows * columns. */
  constructor(rows: number, columns: number, values?: ArrayLike<number>) {
    if (values !== undefined && values.length !== rows * columns) throw new RangeError(`expected ${rows} x ${columns} values, found ${values.length}`)
    this.rows = rows
    this.columns = columns
    this.values = values === undefined ? new Float64Array(rows * columns) : Float64Array.from(values)
  }

  at(row: number, column: number): number {
    return at(this.values, this.#index(row, column))
  }

  set(row: number, column: number, value: number): void {
    this.values[this.#index(row, column)] = value
  }

  add(row: number, column: number, amount: number): void {
    accumulate(this.values, this.#index(row, column), amount)
  }

  /** A matrix of the same size whose elements are f(value, row, column). */
  map(f: (value: number, row: number, column: number) => number): Matrix {
    const out = new Matrix(this.rows, this.columns)
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) out.set(row, column, f(this.at(row, column), row, column))
    }
    return out
  }

  /** The same values in the same order as another rows x columns. */
  reshaped(rows: number, columns: number): Matrix {
    return new Matrix(rows, columns, this.values)
  }

  #index(row: number, column: number): number {
    if (!(row >= 0 && row < this.rows && column >= 0 && column < this.columns)) {
      throw new RangeError(`(${row}, ${column}) is outside ${this.rows} x ${this.columns}`)
    }
    return row * this.columns + column
  }
}

/** Sign of the paper: x >= 0 is +1, so both zeros are +1. */
export function sign(x: number): 1 | -1 {
  return x >= 0 ? 1 : -1
}

/** clip((x + 1) / 2, 0, 1): the probability of +1 in stochastic binarization. */
export function hardSigmoid(x: number): number {
  return Math.min(1, Math.max(0, (x + 1) / 2))
}

export type Rounding = 'nearest' | 'floor'

/** The k with 2^k <= |x| < 2^(k+1). Math.log2 may round up just below a power of two, so its floor is corrected. */
function exponentOf(magnitude: number): number {
  let k = Math.floor(Math.log2(magnitude))
  while (2 ** k > magnitude) k--
  while (2 ** (k + 1) <= magnitude) k++
  return k
}

/**
 * Approximate power of two: sign(x) * 2^round(log2 |x|) (nearest) or 2^floor(log2 |x|) (floor); AP2(0) = 0.
 * Nearest is in the log domain: the switch point between 2^k and 2^(k+1) is sqrt(2) * 2^k, which no float is.
 */
export function ap2(x: number, rounding: Rounding = 'nearest'): number {
  if (x === 0) return 0
  const magnitude = Math.abs(x)
  const k = exponentOf(magnitude)
  const up = rounding === 'nearest' && magnitude / 2 ** k >= Math.SQRT2
  return Math.sign(x) * 2 ** (up ? k + 1 : k)
}

/** Relative distance of |x| to the closest point where AP2 switches: sqrt(2) * 2^k (nearest) or 2^k (floor). Infinity for 0. */
export function ap2Distance(x: number, rounding: Rounding = 'nearest'): number {
  if (x === 0) return Infinity
  const magnitude = Math.abs(x)
  const below = 2 ** exponentOf(magnitude) * (rounding === 'nearest' ? Math.SQRT1_2 : 1)
  let closest = Infinity
  for (const switchPoint of [below, below * 2, below * 4]) closest = Math.min(closest, Math.abs(magnitude / switchPoint - 1))
  return closest
}
