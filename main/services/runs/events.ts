import { join } from 'node:path'
import { z } from 'zod'
import { adapterName } from '../../../core/gpu/device.ts'
import { RunIdSchema, RunStateSchema } from '../../contract/engine.ts'
import { LineWriter, readLines, type LinesOptions } from './lines.ts'
import { RUN_FILES } from './record.ts'

const count = z.int().min(0)
const time = z.iso.datetime()

/** One line of events.jsonl: what happened to a run, and when. */
export const RunEventSchema = z.discriminatedUnion('kind', [
  z.strictObject({ time, kind: z.literal('state'), state: RunStateSchema, reason: z.string().optional() }),
  /** Written to checkpoints/FILE; `batch` batches into the epoch after `epoch` finished ones. */
  z.strictObject({ time, kind: z.literal('checkpoint'), file: z.string(), epoch: count, batch: count, step: count, bytes: count }),
  /** Goes on from a checkpoint, or from the start if `file` is absent. */
  z.strictObject({ time, kind: z.literal('resume'), file: z.string().optional(), epoch: count, batch: count, step: count, adapter: z.string().transform(adapterName) }),
  /** The best epoch so far ended, by the error of the images held out. */
  z.strictObject({ time, kind: z.literal('best'), epoch: count, step: count, validError: z.number(), testError: z.number() }),
  /** What was changed; it holds from the next step on. */
  z.strictObject({ time, kind: z.literal('change'), epoch: count, batch: count, step: count, learningRate: z.number().optional(), epochs: count.optional() }),
  /** Began at a checkpoint of another run. */
  z.strictObject({ time, kind: z.literal('fork'), run: RunIdSchema, file: z.string(), epoch: count, batch: count, step: count }),
  z.strictObject({ time, kind: z.literal('warning'), message: z.string() }),
])
export type RunEvent = z.infer<typeof RunEventSchema>

type WithoutTime<E> = E extends RunEvent ? Omit<E, 'time'> : never

/** As it is read. `undone`: the run went on from an earlier step afterwards and made this step again, so that what happened then holds no more. */
export type ReadEvent = RunEvent & { readonly undone?: true }

/** The history is never cut, unlike figures: it says what happened, and when. What the run made again is marked. */
export async function readEvents(directory: string, options: LinesOptions = {}): Promise<ReadEvent[]> {
  return marked((await readLines(join(directory, RUN_FILES.events), RunEventSchema, options)).map(({ value }) => value))
}

function marked(events: readonly RunEvent[]): ReadEvent[] {
  let from = Infinity
  return events.toReversed().map((event): ReadEvent => {
    if (event.kind !== 'resume') return 'step' in event && event.step > from ? { ...event, undone: true } : event
    from = Math.min(from, event.step)
    return event
  }).reverse()
}

/** Where the run would go on, as its history says. */
export function lastCheckpoint(events: readonly ReadEvent[]): Extract<RunEvent, { kind: 'checkpoint' }> | undefined {
  return events.filter(({ undone }) => undone !== true).findLast(event => event.kind === 'checkpoint')
}

/** Appends to events.jsonl, with the time of the call. */
export class EventWriter {
  readonly #lines: LineWriter

  private constructor(lines: LineWriter) {
    this.#lines = lines
  }

  static async open(directory: string): Promise<EventWriter> {
    return new EventWriter(await LineWriter.open(join(directory, RUN_FILES.events)))
  }

  append(event: WithoutTime<RunEvent>): Promise<void> {
    const stamped = { time: new Date().toISOString(), ...event }
    return this.#lines.append([stamped])
  }

  close(): Promise<void> {
    return this.#lines.close()
  }
}
