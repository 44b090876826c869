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
