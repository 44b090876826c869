import { join } from 'node:path'
import { z } from 'zod'
import { RunSummarySchema } from '../../contract/app/runs.ts'
import { RunIdSchema } from '../../contract/engine.ts'
import { readJson, writeAtomic } from '../files.ts'
import { homeFolders } from '../home.ts'
import { bitwrightVersion } from './record.ts'

/** Grows when a summary says something else of the same files. */
const FORMAT = 2
const LIMIT = 256 * 2 ** 20

/** A summary, and what the files that it was made of looked like. */
const KeptSchema = z.strictObject({ stamp: z.string(), summary: RunSummarySchema })
export type Kept = z.infer<typeof KeptSchema>

const CacheSchema = z.strictObject({ format: z.literal(FORMAT), bitwright: z.string(), runs: z.record(RunIdSchema, KeptSchema) })

/** <home>/runs/.summaries.json: so that thousands of runs need not all be read when the app starts. Whoever deletes it loses only time. */
function cachePath(home: string): string {
  return join(homeFolders(home).runs, '.summaries.json')
}

/** None if there is no such file, or none of this version. */
export async function readSummaries(home: string): Promise<Map<string, Kept>> {
  try {
    const { bitwright, runs } = await readJson(cachePath(home), CacheSchema, { limit: LIMIT })
    if (bitwright !== bitwrightVersion()) return new Map()
    // The home may have been moved as a whole.
    return new Map(Object.entries(runs).map(([id, { stamp, summary }]) => [id, { stamp, summary: { ...summary, id, directory: join(homeFolders(home).runs, id) } }]))
  } catch {
    return new Map()
  }
}

/** Where nothing can be written, all is read again at the next start. */
export async function keepSummaries(home: string, kept: ReadonlyMap<string, Kept>): Promise<void> {
  await writeAtomic(cachePath(home), JSON.stringify({ format: FORMAT, bitwright: bitwrightVersion(), runs: Object.fromEntries(kept) })).catch(() => undefined)
}
