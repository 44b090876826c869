import { grouped } from '../../../core/architecture/wording.ts'
import type { Fault } from '../../contract/engine.ts'
import { pathExists } from '../files.ts'
import { lastCheckpoint, readEvents } from '../runs/events.ts'
import { readRun } from '../runs/open.ts'
import { summariseRun } from '../runs/summary.ts'
import type { StoredEntry } from './store.ts'

/** `open`: it can go on. */
export type Verdict = Pick<StoredEntry, 'fault'> & { readonly state: 'finished' | 'failed' | 'stopped' } | { readonly state: 'open' }

/** What the folder of a run says of its entry. A run that stopped without being asked to can go on. */
export async function verdictOn(directory: string, stopAsked = false): Promise<Verdict> {
  const { state, interrupted, fault } = await summariseRun(await readRun(directory))
  if (interrupted) return { state: 'open' }
  if (state === 'finished') return { state, fault: null }
  if (state === 'failed') return { state, fault }
  return stopAsked ? { state: 'stopped', fault: null } : { state: 'open' }
}

/** So often in a row a run goes on from one and the same checkpoint: what ends its engine every time is then taken for its own doing. */
const MOST_STALLED = 3

/** What an entry is once the engine of its run has ended. `directory` need not be there yet. */
export async function afterDeath({ resumed, stalled }: StoredEntry, directory: string, fault: Fault): Promise<Partial<StoredEntry>> {
  const step = (await pathExists(directory)) ? await savedStep(directory) : 0
  const times = step > stalled.step ? 1 : stalled.times + 1
  if (times <= MOST_STALLED) return { resumed: resumed + 1, stalled: { step, times } }
  return { state: 'failed', fault: { ...fault, what: `its engine ended ${times} times in a row without getting past step ${grouped(step)}, the last time so: ${fault.what}` } }
}

async function savedStep(directory: string): Promise<number> {
  return lastCheckpoint(await readEvents(directory))?.step ?? 0
}
