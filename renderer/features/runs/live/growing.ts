const FIRST_ROOM = 256

/**
 * A table that grows at its end, a column each name. What a row lacks is NaN. A column is read as a view of the memory it is kept in, so that who
 * draws it knows what is new (renderer/charts/series.ts); its memory doubles when it is full.
 */
export class Growing<Name extends string> {
  readonly #names: readonly Name[]
  #columns: Record<Name, Float64Array>
  #length = 0

  constructor(names: readonly Name[]) {
    this.#names = names
    this.#columns = this.#room(FIRST_ROOM)
  }

  get length(): number {
    return this.#length
  }

  column(name: Name): Float64Array {
    return this.#columns[name].subarray(0, this.#length)
  }

  last(name: Name): number {
    return this.#columns[name][this.#length - 1] ?? NaN
  }

  append(row: Readonly<Partial<Record<Name, number>>>): void {
    this.#reserve(this.#length + 1)
    for (const name of this.#names) this.#columns[name][this.#length] = row[name] ?? NaN
    this.#length++
  }

  /** Columns of one length; those of other names are left out. */
  appendAll(columns: Readonly<Record<string, Float64Array>>): void {
    const count = Math.max(0, ...Object.values(columns).map(column => column.length))
    this.#reserve(this.#length + count)
    for (const name of this.#names) {
      const given = columns[name]
      if (given) this.#columns[name].set(given, this.#length)
      else this.#columns[name].fill(NaN, this.#length, this.#length + count)
    }
    this.#length += count
  }

  /** Begins anew, in other memory. */
  clear(): void {
    this.#columns = this.#room(FIRST_ROOM)
    this.#length = 0
  }

  #reserve(length: number): void {
    const room = this.#columns[this.#names[0] as Name].length
    if (length <= room) return
    const next = this.#room(Math.max(length, 2 * room))
    for (const name of this.#names) next[name].set(this.column(name))
    this.#columns = next
  }

  #room(length: number): Record<Name, Float64Array> {
    return Object.fromEntries(this.#names.map(name => [name, new Float64Array(length)])) as Record<Name, Float64Array>
  }
}
