export type Cell = string | number | boolean | null

/**
 * A table as comma-separated values after RFC 4180: lines end in CR LF, quotes where they are needed. What is no number is an empty field;
 * texts that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function csvText(header: readonly string[], lines: readonly (readonly Cell[])[]): string {
  return [header, ...lines].map(line => `${line.map(field).join(',')}\r\n`).join('')
}

/** Columns of one length, each under its name. */
export function csvOfColumns(columns: Readonly<Record<string, Float64Array>>): string {
  const values = Object.values(columns)
  return csvText(Object.keys(columns), Array.from({ length: values[0]?.length ?? 0 }, (_, row) => values.map(column => column[row] as number)))
}

function field(value: Cell): string {
  if (typeof value !== 'string') return value === null || Number.isNaN(value) ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
