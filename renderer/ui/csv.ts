type Cell = string | number | boolean | null

/** A table as comma-separated values after RFC 4180: lines end in CR LF; texts that a spreadsheet would take for a formula begin with an apostrophe. */
export function csvText(header: readonly string[], lines: readonly (readonly Cell[])[]): string {
  return [header, ...lines].map(line => `${line.map(cell).join(',')}\r\n`).join('')
}

function cell(value: Cell): string {
  if (typeof value !== 'string') return value === null ? '' : String(value)
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
