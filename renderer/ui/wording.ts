/** Large counts with three digits and a unit: 4.72 M. The whole number belongs beside it, on hover or in a table. */
export function short(value: number): string {
  const units = ['', ' k', ' M', ' G', ' T', ' P']
  let scale = 0
  let rest = value
  while (Math.abs(rest) >= 999.5 && scale < units.length - 1) {
    rest /= 1000
    scale++
  }
  return scale === 0 ? String(value) : `${rest.toPrecision(3)}${units[scale] ?? ''}`
}

/** When, in the words of a list: "12:04" today, else "24 Nov, 12:04". */
export function timeText(iso: string, now: Date): string {
  const time = new Date(iso)
  const clock = time.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })
  return time.toDateString() === now.toDateString() ? clock : `${time.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${clock}`
}
