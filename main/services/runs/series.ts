import { join } from 'node:path'
import { z } from 'zod'
import type { SeriesPoint } from '../../contract/engine.ts'
import { SeriesPointSchema } from '../../contract/engine.ts'
import { LineWriter, readLines, type LinesOptions } from './lines.ts'
import { RUN_FILES } from './record.ts'

/**
 * <run>/steps.jsonl: the run's series within epochs, a point for each group of steps whose figures came back together, about three a
 * second. Groups follow the clock, so this file is no part of what the same training makes alike.
 */
const StoredPointSchema = SeriesPointSchema.extend({ time: z.iso.datetime() })
type StoredPoint = z.infer<typeof StoredPointSchema>

/** Points after step `after`, in order; none where there is no file. */
export async function readSeries(directory: string, after = 0, options: LinesOptions = {}): Promise<SeriesPoint[]> {
  const lines = await readLines(join(directory, RUN_FILES.steps), StoredPointSchema, { ...options, ...(after > 0 && { from: bytes => firstAfter(bytes, after) }) })
  return lines.map(({ value }) => ({ ...value, time: Date.parse(value.time) })).filter(({ step }) => step > after)
}

const LINE_END = 0x0a
const STEP = /"step":(\d+)/

/** Where the first of the last lines begins whose steps are greater than `after`: a page that follows a long run asks for its last few. */
function firstAfter(bytes: Uint8Array, after: number): number {
  const text = new TextDecoder()
  let begin = bytes.lastIndexOf(LINE_END) + 1
  while (begin > 0) {
    const before = begin < 2 ? 0 : bytes.lastIndexOf(LINE_END, begin - 2) + 1
    const step = STEP.exec(text.decode(bytes.subarray(before, begin)))?.[1]
    if (step !== undefined && Number(step) <= after) return begin
    begin = before
  }
  return 0
}

/** Writes points in the background. They are on the disk once `flush` has returned; what the disk does not take is kept and tried again. */
export class SeriesWriter {
  readonly #lines: LineWriter
  /** Seconds of training in the sessions before this one. */
  readonly earlierSeconds: number
  #waiting: StoredPoint[] = []
  #work: Promise<void> = Promise.resolve()
  #busy = false

  private constructor(lines: LineWriter, earlierSeconds: number) {
    this.#lines = lines
    this.earlierSeconds = earlierSeconds
  }

  /** Goes on after `step`, where the checkpoint stands: points of later ones are cut, since those steps are made again. */
  static async open(directory: string, step: number, options: LinesOptions = {}): Promise<SeriesWriter> {
    const path = join(directory, RUN_FILES.steps)
    const last = (await readLines(path, StoredPointSchema, options)).findLast(({ value }) => value.step <= step)
    return new SeriesWriter(await LineWriter.open(path, last?.end ?? 0), last?.value.processSeconds ?? 0)
  }

  append(point: SeriesPoint): void {
    this.#waiting.push({ ...point, time: new Date(point.time).toISOString() })
    if (!this.#busy) void this.#write().catch(() => undefined)
  }

  /** Throws what keeps points from being written. */
  async flush(): Promise<void> {
    await this.#work.catch(() => undefined)
    await this.#write()
    await this.#lines.sync()
  }

  async close(): Promise<void> {
    await this.flush().catch(() => undefined)
    await this.#lines.close()
  }

  #write(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve()
    this.#busy = true
    const points = this.#waiting
    this.#waiting = []
    this.#work = this.#lines.append(points, { sync: false }).catch((error: unknown) => {
      this.#waiting = [...points, ...this.#waiting]
      throw error
    }).finally(() => {
      this.#busy = false
    })
    return this.#work
  }
}
