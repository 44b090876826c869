/**
 * Columns of one length as comma-separated values (RFC 4180): a header line, lines that end in CR LF, quotes where they are needed. What is no
 * number is an empty field. Names that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function csvOfColumns(columns: Readonly<Record<string, Float64Array>>): string {
  const entries = Object.entries(columns)
  const rows = entries[0]?.[1].length ?? 0
  const lines = [entries.map(([name]) => quoted(name)).join(',')]
  for (let row = 0; row < rows; row++) lines.push(entries.map(([, values]) => number(values[row] as number)).join(','))
  return `${lines.join('\r\n')}\r\n`
}

function number(value: number): string {
  return Number.isNaN(value) ? '' : String(value)
}

function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
