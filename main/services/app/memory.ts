import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { BitwrightError } from '../../../core/errors.ts'
import { ProjectPlaceSchema, type ProjectPlace } from '../../contract/app/projects.ts'
import { PreferencesSchema, type Preferences, type PreferencesPatchSchema } from '../../contract/app/workbench.ts'
import { codeOf, readJson, writeAtomic } from '../files.ts'
import { jsonFile } from '../runs/record.ts'
import { samePlace } from '../projects/place.ts'

/** What the app remembers of its person: <home>/workbench.json. */
const MEMORY_FILE = 'workbench.json'
const MAX_RECENT = 100

const MemorySchema = z.strictObject({
  version: z.literal(1),
  preferences: PreferencesSchema.prefault({}),
  /** What was opened, the last first. */
  recent: z.array(z.strictObject({ place: ProjectPlaceSchema, opened: z.iso.datetime() })).max(MAX_RECENT).default([]),
})
type Contents = z.infer<typeof MemorySchema>
export type Recent = Contents['recent']

/**
 * Read anew for every change, since another Bitwright may use the same home. A file that cannot be used is set aside: it is a
 * matter of taste and places only, and no reason not to start.
 */
export class Memory {
  readonly #path: string
  readonly #warn: (message: string) => void
  #queue: Promise<unknown> = Promise.resolve()

  constructor(home: string, warn: (message: string) => void) {
    this.#path = join(home, MEMORY_FILE)
    this.#warn = warn
  }

  async preferences(): Promise<Preferences> {
    return (await this.#next(contents => contents)).preferences
  }

  async recent(): Promise<Recent> {
    return (await this.#next(contents => contents)).recent
  }

  async setPreferences({ layout = {}, ...patch }: z.output<typeof PreferencesPatchSchema>): Promise<Preferences> {
    const changed = await this.#next(contents => {
      const { preferences } = contents
      const merged = Object.entries({ ...preferences.layout, ...layout }).filter(([, value]) => value !== null)
      return { ...contents, preferences: PreferencesSchema.parse({ ...preferences, ...patch, layout: Object.fromEntries(merged) }) }
    })
    return changed.preferences
  }

  async opened(place: ProjectPlace): Promise<void> {
    await this.#next(contents => {
      const others = contents.recent.filter(entry => !samePlace(entry.place, place))
      return { ...contents, recent: [{ place, opened: new Date().toISOString() }, ...others].slice(0, MAX_RECENT) }
    })
  }

  async forget(place: ProjectPlace): Promise<void> {
    await this.#next(contents => ({ ...contents, recent: contents.recent.filter(entry => !samePlace(entry.place, place)) }))
  }

  #next(change: (contents: Contents) => Contents): Promise<Contents> {
    const work = this.#queue.then(async () => {
      const before = await this.#read()
      const after = change(before)
      if (after !== before) await writeAtomic(this.#path, jsonFile(after))
      return after
    })
    this.#queue = work.catch(() => undefined)
    return work
  }

  async #read(): Promise<Contents> {
    try {
      return await readJson(this.#path, MemorySchema, { limit: 2 ** 20 })
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      if (codeOf(error.cause) !== 'ENOENT') {
        const aside = `${this.#path}.damaged`
        const moved = await rename(this.#path, aside).then(() => `is now ${aside}`, () => 'could not be moved')
        this.#warn(`preferences begin anew; the file that held them ${moved}: ${error.message}`)
      }
      return MemorySchema.parse({ version: 1 })
    }
  }
}
