/** Where the keyboard is in a grid: row -1 is the header. */
export interface Place {
  readonly row: number
  readonly column: number
}

export interface GridSize {
  readonly rows: number
  readonly columns: number
  /** Rows that are seen at once. */
  readonly page: number
}

/** Where a key leads, after the grid pattern of the ARIA practices; undefined if it leads nowhere. */
export function placeAfter(key: string, control: boolean, { row, column }: Place, { rows, columns, page }: GridSize): Place | undefined {
  const to = (newRow: number, newColumn: number): Place => ({ row: Math.max(-1, Math.min(rows - 1, newRow)), column: Math.max(0, Math.min(columns - 1, newColumn)) })
  switch (key) {
    case 'ArrowUp': return to(row - 1, column)
    case 'ArrowDown': return to(row + 1, column)
    case 'ArrowLeft': return to(row, column - 1)
    case 'ArrowRight': return to(row, column + 1)
    case 'PageUp': return to(Math.max(Math.min(row, 0), row - page), column)
    case 'PageDown': return to(row + page, column)
    case 'Home': return control ? to(0, 0) : to(row, 0)
    case 'End': return control ? to(rows - 1, columns - 1) : to(row, columns - 1)
    default: return undefined
  }
}

/** What has been chosen after Shift and a step or a click: all from where the choice began to here. */
export function rangeOf<T>(items: readonly T[], from: number, to: number): readonly T[] {
  return items.slice(Math.max(0, Math.min(from, to)), Math.max(from, to) + 1)
}
