import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { grouped } from '../../../core/architecture/wording.ts'
import type { EpochFigures } from '../../../core/training/position.ts'
import { lastCheckpoint, readEvents, type RunEvent } from './events.ts'
import type { LinesOptions } from './lines.ts'
import { RUN_FILES } from './record.ts'

/** How a run came to a stand that nobody asked for. */
export interface Breakdown {
  /** Its engine is gone and said nothing. */
  readonly interrupted: boolean
  readonly state: string
  /** Figures of its finished epochs. */
  readonly metrics: readonly EpochFigures[]
}

/**
 * Says what happened to a run and where it would go on: "its engine ended without a word at step 1,234, in epoch 3; the last checkpoint
 * is of step 1,200". Null for a run that is under way, finished, failed by its own fault, or was stopped by a person.
 */
export async function recoveryText(directory: string, { interrupted, state, metrics }: Breakdown, options: LinesOptions = {}): Promise<string | null> {
  if (!interrupted && state !== 'stopped') return null
  const events = await readEvents(directory, options)
  const end = events.findLast(event => event.kind === 'state')
  const what = interrupted ? 'its engine ended without a word' : end?.state === 'stopped' ? end.reason : undefined
  if (what === undefined) return null
  const checkpoint = lastCheckpoint(events)
  const reached = Math.max(checkpoint?.step ?? 0, resumedAt(events), metrics.at(-1)?.step ?? 0, await lastStep(directory))
  const where = reached === 0 ? 'before its first step was noted' : `at step ${grouped(reached)}, in epoch ${grouped((metrics.at(-1)?.epoch ?? begunAt(events)) + 1)}`
  const saved = checkpoint === undefined ? 'there is no checkpoint yet, so it begins anew' : `the last checkpoint is of step ${grouped(checkpoint.step)}`
  return `${what} ${where}; ${saved}`
}

/** Epochs that a run had behind it when it began. */
function begunAt(events: readonly RunEvent[]): number {
  return events.find(event => event.kind === 'fork')?.epoch ?? 0
}

function resumedAt(events: readonly RunEvent[]): number {
  return events.findLast(event => event.kind === 'resume')?.step ?? 0
}

const StepSchema = z.looseObject({ step: z.int().min(0) })

/** The step that the series within epochs noted last; 0 where there is none. A torn last line is not one. */
async function lastStep(directory: string): Promise<number> {
  const text = await readEnd(join(directory, RUN_FILES.steps))
  const line = text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1) ?? ''
  try {
    return StepSchema.parse(JSON.parse(line)).step
  } catch {
    return 0
  }
}

const END_BYTES = 16 * 1024

/** The last bytes of a file as text; nothing if it cannot be read. */
async function readEnd(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined)
  if (file === undefined) return ''
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(Buffer.alloc(END_BYTES), 0, END_BYTES, Math.max(0, size - END_BYTES))
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return ''
  } finally {
    await file.close()
  }
}
