import { BitwrightError } from '../../../core/errors.ts'
import { Stream, streamKey, threefry2x32, unitFloat } from '../../../core/random.ts'
import { MAX_ENTRIES, type Sweep } from '../../contract/app/queue.ts'

type Axis = Sweep['axes'][number]
type Value = string | number | boolean

/** Digits of a drawn number: enough to tell two apart, few enough to read. */
const DIGITS = 6

/** The combinations of a sweep, each a list of assignments as `--set` takes them. Without a sweep there is one, which sets nothing. */
export function combinationsOf(sweep: Sweep | undefined): string[][] {
  if (sweep === undefined) return [[]]
  return sweep.kind === 'grid' ? grid(sweep) : random(sweep)
}

/** Throws if there would be more combinations than the queue takes, before they are made. */
function grid({ axes }: Extract<Sweep, { kind: 'grid' }>): string[][] {
  const count = axes.reduce((product, { values }) => product * values.length, 1)
  if (count > MAX_ENTRIES) throw new BitwrightError({ what: `expected at most ${MAX_ENTRIES} combinations, found ${count}`, where: 'the sweep', remedy: 'give fewer values, or draw some combinations by chance' })
  return axes.reduce<string[][]>((made, { path, values }) => made.flatMap(set => values.map(value => [...set, assignment(path, value)])), [[]])
}

function random({ count, seed, axes }: Extract<Sweep, { kind: 'random' }>): string[][] {
  const key = streamKey(seed, Stream.sweep)
  return Array.from({ length: count }, (_, trial) => axes.map((axis, number) => assignment(axis.path, drawn(axis, unitFloat(threefry2x32(key, [trial, number])[0])))))
}

/** The value that an axis has at `unit`, which is in [0, 1). */
function drawn(axis: Axis, unit: number): Value {
  if ('values' in axis) return axis.values[Math.floor(unit * axis.values.length)] as Value
  const { min, max, scale, integer } = axis
  // A whole number stands for the stretch of one that begins with it.
  const top = integer ? max + 1 : max
  const value = scale === 'log' ? min * (top / min) ** unit : min + (top - min) * unit
  const rounded = integer ? Math.floor(value) : Number(value.toPrecision(DIGITS))
  return Math.min(max, Math.max(min, rounded))
}

function assignment(path: string, value: Value): string {
  return `${path}=${String(value)}`
}
