import type { Shape, Signal } from './signal.ts'

/** Digits in threes: 36,806,656. Not by locale, since messages and tests must not depend on one. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** One thing or several of it: "1 image", "2,000 images". */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** Bytes with a binary unit and three significant digits. */
export function bytesText(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB']
  let scale = 0
  let value = bytes
  while (value >= 1024 && scale < units.length - 1) {
    value /= 1024
    scale++
  }
  return scale === 0 ? `${bytes} B` : `${value.toPrecision(value >= 1000 ? 4 : 3)} ${units[scale]}`
}

export function shapeText(shape: Shape): string {
  return shape.map(grouped).join(' × ')
}

const VALUES = { pixels: '8-bit pixels', bits: 'bits', ternary: 'bits that may be absent', integers: 'integer sums', reals: 'reals' } as const

/** As in "a picture of 28 × 28 × 1 8-bit pixels". */
export function describeSignal({ shape, flow }: Signal): string {
  return `a ${shape.length === 1 ? 'vector' : 'picture'} of ${shapeText(shape)} ${VALUES[flow]}`
}

/** Insertions, deletions and replacements between two words, letter case aside; both are cut at 64 letters. */
function distance(first: string, second: string): number {
  const a = first.slice(0, 64).toLowerCase()
  const b = second.slice(0, 64).toLowerCase()
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

/** The known name closest in spelling, if it is close enough to have been meant: one contains the other, or half the letters agree. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined
  let least = Infinity
  for (const candidate of known) {
    const contained = name.length > 2 && (candidate.toLowerCase().includes(name.toLowerCase()) || name.toLowerCase().includes(candidate.toLowerCase()))
    const score = contained ? Math.min(1, distance(name, candidate)) : distance(name, candidate)
    if (score < least && (contained || score <= Math.max(name.length, candidate.length) / 2)) {
      best = candidate
      least = score
    }
  }
  return best
}

/** A remedy that offers the nearest name, and lists what there is. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const names = [...known]
  const nearest = nearestName(name, names)
  const list = `choose one of ${names.join(', ')}`
  return nearest === undefined ? list : `did you mean ${nearest}? Otherwise ${list}`
}
