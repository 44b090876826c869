export interface Column<Row> {
  readonly title: string
  /** Numbers stand right, so that their digits line up. */
  readonly align?: 'left' | 'right'
  readonly cell: (row: Row) => string
}

const GAP = '  '

/**
 * Lines of an aligned table: titles, a rule, one line a row, and, if `total` is given, a rule and that row. Columns that
 * would be empty from top to bottom are left out. Lines have no trailing blanks.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], total?: readonly string[]): string[] {
  const body = rows.map(row => columns.map(column => printable(column.cell(row))))
  const shown = columns.map((_, at) => body.length === 0 || body.some(cells => cells[at] !== ''))
  const all = [columns.map(column => column.title), ...body, ...(total ? [total] : [])]
  const widths = columns.map((_, at) => Math.max(...all.map(cells => widthOf(cells[at] ?? ''))))
  const line = (cells: readonly string[]): string => columns
    .map((column, at) => pad(cells[at] ?? '', widths[at] ?? 0, column.align ?? 'left'))
    .filter((_, at) => shown[at])
    .join(GAP)
    .trimEnd()
  const rule = widths.filter((_, at) => shown[at]).map(width => '─'.repeat(width)).join(GAP)
  return [line(columns.map(column => column.title)), rule, ...body.map(line), ...(total ? [rule, line(total)] : [])]
}

/** Names beside their values, the values in one column: for what has a handful of facts and no rows. */
export function facts(pairs: readonly (readonly [name: string, value: string] | undefined)[]): string[] {
  const given = pairs.filter(pair => pair !== undefined)
  const width = Math.max(0, ...given.map(([name]) => widthOf(name)))
  return given.map(([name, value]) => `${pad(name, width, 'left')}${GAP}${printable(value)}`.trimEnd())
}

/** Code points, which is what a terminal counts for every character this program prints. */
export function widthOf(text: string): number {
  return Array.from(text).length
}

/**
 * Text from outside (names in a file, an adapter's own) with its control characters shown as pictures, so that it can
 * neither break a table nor command the terminal.
 */
export function printable(text: string): string {
  return Array.from(text, character => {
    const code = character.codePointAt(0) ?? 0
    if (code < 0x20) return String.fromCodePoint(0x2400 + code)
    return code === 0x7f || (code >= 0x80 && code < 0xa0) || isBidirectional(code) ? '\ufffd' : character
  }).join('')
}

/** Marks that turn the direction of what follows, by which a line can be made to read as another. */
function isBidirectional(code: number): boolean {
  return (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - widthOf(text)))
  return align === 'left' ? text + blanks : blanks + text
}
