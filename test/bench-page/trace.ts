import type { Browser, Page } from 'playwright-core'
import { z } from 'zod'

/** What the browser's own trace says of the frames between its start and its end. */
export interface Frames {
  /** Frames that were due, and those of them that did not come to the screen in time. */
  readonly due: number
  readonly dropped: number
  /** Frames a second that did. */
  readonly shownPerSecond: number
  /** Milliseconds between two that did. */
  readonly medianMs: number
  readonly p95Ms: number
  /** Milliseconds of computation of the page's main thread per frame that was due; other programs' load does not count. */
  readonly mainMs: number
}

const EventSchema = z.looseObject({ name: z.string(), cat: z.string(), ph: z.string(), ts: z.number(), pid: z.number(), tid: z.number(), tdur: z.number().optional(), id2: z.unknown().optional(), args: z.record(z.string(), z.unknown()).optional() })
const TraceSchema = z.looseObject({ traceEvents: z.array(EventSchema.partial({ cat: true, ts: true, pid: true, tid: true })) })
const ReporterSchema = z.looseObject({ frame_reporter: z.looseObject({ state: z.string(), affects_smoothness: z.boolean().default(true), frame_sequence: z.number() }) })

/** Traces `page` while `act` acts on it (chrome://tracing reads the same file). */
export async function traceFrames(browser: Browser, page: Page, act: () => Promise<void>): Promise<Frames> {
  await browser.startTracing(page, { categories: ['cc', 'benchmark', 'devtools.timeline', 'disabled-by-default-devtools.timeline.frame', 'viz', 'toplevel'] })
  await act()
  const trace = TraceSchema.parse(JSON.parse((await browser.stopTracing()).toString()))
  // A frame whose parts come separately (compositor first, main thread later) has several reports.
  const frames = new Map<string, { at: number; shown: boolean; wanted: boolean }>()
  for (const event of trace.traceEvents) {
    if (event.name !== 'PipelineReporter' || event.ph !== 'b') continue
    const reporter = ReporterSchema.safeParse(event.args)
    if (!reporter.success) continue
    const { state, affects_smoothness: smoothness, frame_sequence: sequence } = reporter.data.frame_reporter
    const key = `${event.pid} ${sequence}`
    const frame = frames.get(key) ?? { at: event.ts ?? 0, shown: false, wanted: false }
    frame.shown ||= state === 'STATE_PRESENTED_ALL' || state === 'STATE_PRESENTED_PARTIAL'
    frame.wanted ||= state === 'STATE_DROPPED' && smoothness
    frames.set(key, frame)
  }
  const shown = [...frames.values()].filter(frame => frame.shown).map(({ at }) => at).sort((a, b) => a - b)
  const dropped = [...frames.values()].filter(frame => !frame.shown && frame.wanted).length
  const between = shown.slice(1).map((at, index) => (at - (shown[index] as number)) / 1000).sort((a, b) => a - b)
  const seconds = shown.length > 1 ? ((shown.at(-1) as number) - (shown[0] as number)) / 1e6 : NaN
  const main = trace.traceEvents.find(({ name, args }) => name === 'thread_name' && args?.['name'] === 'CrRendererMain')
  const work = trace.traceEvents.filter(({ name, ph, pid, tid }) => name === 'ThreadControllerImpl::RunTask' && ph === 'X' && pid === main?.pid && tid === main?.tid).reduce((sum, { tdur }) => sum + (tdur ?? 0), 0)
  return {
    due: shown.length + dropped, dropped,
    shownPerSecond: (shown.length - 1) / seconds,
    medianMs: between[Math.floor(between.length / 2)] ?? NaN,
    p95Ms: between[Math.floor(between.length * 0.95)] ?? NaN,
    mainMs: work / 1000 / (shown.length + dropped),
  }
}
