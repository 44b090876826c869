import { bytesText } from '../../../../core/architecture/wording.ts'
import { roundStep } from '../../../charts/axes.ts'

/** An axis of numbers: where a value lies between its ends, 0 to 1, and where it is worth a tick. */
export interface NumberScale {
  readonly from: number
  readonly to: number
  readonly log: boolean
  readonly position: (value: number) => number
  readonly ticks: readonly number[]
}

interface ScaleOptions {
  readonly log?: boolean
  /** Beyond the smallest and largest value, as a share of what lies between. */
  readonly room?: number
  /** About so many. */
  readonly ticks?: number
  /** Ticks are round in KiB, MiB… */
  readonly bytes?: boolean
  /** There is nothing between whole numbers, so no tick either. */
  readonly whole?: boolean
}

/** Bytes at a tick: without the zeros behind the point. */
export function bytesTick(bytes: number): string {
  return bytesText(Math.round(bytes)).replace(/\.0+(?= )|(?<=\.\d*[1-9])0+(?= )/, '')
}

/**
 * A scale on which all values lie, with a little room at both ends. Logarithmic only where all are well above 0. Values that are no numbers do not
 * count; of none it goes from 0 to 1, and a single one lies in its middle.
 */
export function numberScale(values: readonly number[], { log = false, room = 0.05, ticks = 5, bytes = false, whole = false }: ScaleOptions = {}): NumberScale {
  const finite = values.filter(Number.isFinite)
  const used = log && finite.length > 0 && finite.every(value => value > 1e-250)
  const [project, restore] = used ? [Math.log10, (value: number): number => 10 ** value] : [identity, identity]
  const projected = finite.length > 0 ? finite.map(project) : [0, 1]
  let [low, high] = [projected.reduce((a, b) => Math.min(a, b)), projected.reduce((a, b) => Math.max(a, b))]
  // Nearer than that no two ticks could be told apart, and counting them would not come to an end.
  const apart = high - low > Math.max(1e-200, 1e-9 * Math.max(Math.abs(low), Math.abs(high)))
  const spare = apart ? room * (high - low) : used ? 0.3 : Math.abs(low) * 0.1 || 0.5
  low -= spare
  high += spare
  const [from, to] = [restore(low), restore(high)]
  const unit = bytes && to >= 1024 ? 1024 ** Math.floor(Math.log2(to) / 10) : 1
  const round = (used ? logTicks : linearTicks)(from / unit, to / unit, ticks)
  return { from, to, log: used, position: value => (project(value) - low) / (high - low), ticks: round.map(tick => tick * unit).filter(tick => !whole || Number.isInteger(tick)) }
}

function identity(value: number): number {
  return value
}

/** Multiples of 1, 2 or 5 times a power of ten, about `wanted` of them. */
function linearTicks(from: number, to: number, wanted: number): number[] {
  const rough = (to - from) / Math.max(1, wanted)
  if (!(rough > 1e-300)) return []
  const step = roundStep(rough)
  const ticks: number[] = []
  // Counted, not added up, so that no error grows and 0.3 is 0.3.
  for (let at = Math.ceil(from / step - 1e-9); at * step <= to + step * 1e-9; at++) ticks.push(Number((at * step).toPrecision(12)))
  return ticks
}

/** Powers of ten, with 2 and 5 times them where there are few. Within less than a decade as on a linear scale. */
function logTicks(from: number, to: number, wanted: number): number[] {
  const decades = Math.log10(to / from)
  if (decades < 1) return linearTicks(from, to, wanted)
  const factors = decades < wanted / 2 ? [1, 2, 5] : [1]
  const every = Math.max(1, Math.ceil(decades / wanted))
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(from)); power <= Math.log10(to); power++) {
    if (power % every !== 0) continue
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(12))
      if (tick >= from && tick <= to) ticks.push(tick)
    }
  }
  return ticks
}
