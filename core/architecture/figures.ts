import { grouped } from './wording.ts'

/** A fraction as percent with two decimals: 0.0123 is "1.23 %". A missing one is a dash, so that columns stay. */
export function percent(fraction: number | null | undefined): string {
  return fraction === null || fraction === undefined ? '-' : `${(100 * fraction).toFixed(2)} %`
}

/** Seconds in the two largest units that matter: "8.4 s", "2 min 05 s", "3 h 07 min", "2 d 04 h". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-'
  // Rounded before it is split, so that no part ever reads 60.
  if (seconds < 59.95) return `${seconds.toFixed(seconds < 9.95 ? 1 : 0)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
  const hours = Math.round(seconds / 3600)
  return `${grouped(Math.floor(hours / 24))} d ${two(hours % 24)} h`
}

/** "12,340 images/s"; below 10 with a decimal, since 1 and 1.4 are not the same wait. */
export function rate(perSecond: number, unit = 'images/s'): string {
  return `${perSecond < 9.95 ? perSecond.toFixed(1) : grouped(Math.round(perSecond))} ${unit}`
}

/** Four significant digits, for losses. */
export function significant(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return String(value)
  const magnitude = Math.abs(value)
  return magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e6) ? value.toExponential(digits - 1) : value.toPrecision(digits)
}

/** "3.14 times as fast"; to say how far two figures lie apart. */
export function times(ratio: number): string {
  return `${ratio >= 99.5 ? grouped(Math.round(ratio)) : ratio.toPrecision(3)} ×`
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
