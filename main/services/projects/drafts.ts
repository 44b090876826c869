import { mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ProjectSchema, type Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { ProjectPlaceSchema, RevisionSchema, type DraftEntry, type ProjectPlace } from '../../contract/app/projects.ts'
import { codeOf, namesIn, readJson, writeAtomic } from '../files.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'

/** Unsaved changes: <home>/drafts/<draft>.json. Whoever saves or discards drops them; what is left is what a crash has left. */
const DraftSchema = z.strictObject({
  version: z.literal(1),
  place: ProjectPlaceSchema.nullable(),
  revision: RevisionSchema.nullable(),
  kept: z.iso.datetime(),
  project: ProjectSchema,
})

/** Beyond these the oldest goes. */
const MAX_DRAFTS = 50

export async function keepDraft(home: string, draft: string, about: { readonly place: ProjectPlace | null; readonly revision: string | null; readonly project: Project }): Promise<void> {
  const path = await draftPath(home, draft)
  await writeAtomic(path, `${JSON.stringify({ version: 1, kept: new Date().toISOString(), ...about })}\n`)
  await removeOldest(home)
}

export async function dropDraft(home: string, draft: string): Promise<void> {
  await rm(await draftPath(home, draft), { force: true })
}

export async function openDraft(home: string, draft: string): Promise<DraftEntry & { project: Project }> {
  const { version: _, project, ...about } = await readJson(await draftPath(home, draft), DraftSchema)
  return { draft, name: project.name, ...about, project }
}

/** Newest first. A damaged one is left out and named to `log`. */
export async function listDrafts(home: string, log: (message: string) => void): Promise<DraftEntry[]> {
  const entries: DraftEntry[] = []
  for (const draft of await draftIds(home)) {
    try {
      const { project: _, ...entry } = await openDraft(home, draft)
      entries.push(entry)
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      // Dropped by another window meanwhile: nothing to tell.
      if (codeOf(error.cause) !== 'ENOENT') log(`a draft cannot be read: ${error.message}`)
    }
  }
  return entries.sort((a, b) => (a.kept < b.kept ? 1 : -1))
}

async function draftPath(home: string, draft: string): Promise<string> {
  const { drafts } = homeFolders(home)
  await mkdir(drafts, { recursive: true })
  return resolveInside(drafts, `${draft}.json`)
}

async function draftIds(home: string): Promise<string[]> {
  return (await namesIn(homeFolders(home).drafts)).flatMap(name => /^([0-9A-Za-z-]{8,64})\.json$/.exec(name)?.[1] ?? [])
}

async function removeOldest(home: string): Promise<void> {
  const ids = await draftIds(home)
  if (ids.length <= MAX_DRAFTS) return
  const { drafts } = homeFolders(home)
  const dated = await Promise.all(ids.map(async id => ({ id, changed: await stat(join(drafts, `${id}.json`)).then(({ mtimeMs }) => mtimeMs, () => 0) })))
  const oldest = dated.sort((a, b) => a.changed - b.changed).slice(0, ids.length - MAX_DRAFTS)
  for (const { id } of oldest) await rm(join(drafts, `${id}.json`), { force: true })
}
