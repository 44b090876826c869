import { createHash } from 'node:crypto'
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseAs, ProjectSchema, type Project } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { parseStrictJson } from '../../../core/formats/json-keys.ts'
import { MAX_PROJECT_TEXT, ProjectIdSchema, type OpenedProject, type ProjectId, type ProjectPlace } from '../../contract/app/projects.ts'
import { codeOf, diskTrouble, pathExists, readBounded, syncFolder, writeAtomic } from '../files.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'
import { slug } from '../runs/identity.ts'
import { jsonFile } from '../runs/record.ts'
import { projectPath, trashedName, trashFolder } from './place.ts'

export interface StoredProject {
  readonly place: ProjectPlace
  /** SHA-256 of the file. */
  readonly revision: string
}

/** Nesting of a project file: recipe.learningRate.schedule is the deepest; a step more for what is to come. */
const MAX_DEPTH = 12

/** Windows gives these names to devices. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/

/** Reads text from outside as a project. Time and memory are bounded by the length of the text, and that by its schema. */
export function parseProject(text: string, where: string): Project {
  if (text.length > MAX_PROJECT_TEXT) throw new BitwrightError({ what: `expected a project of at most ${MAX_PROJECT_TEXT} characters, found ${text.length}`, where, remedy: 'use the right file' })
  return parseAs(ProjectSchema, parseStrictJson(text, MAX_DEPTH, where), where)
}

/** A project as its file has it: the same project gives the same bytes. */
export function projectText(project: Project): string {
  return jsonFile(project)
}

export function revisionOf(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Ids of the home's projects, in no order. */
export async function projectIds(home: string): Promise<ProjectId[]> {
  const { projects } = homeFolders(home)
  try {
    return (await readdir(projects)).flatMap(name => {
      const id = /^(.+)\.json$/.exec(name)?.[1]
      return id !== undefined && ProjectIdSchema.safeParse(id).success ? [id] : []
    })
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw diskTrouble(error, projects)
  }
}

export async function openProject(home: string, place: ProjectPlace): Promise<OpenedProject> {
  const path = await projectPath(home, place)
  const bytes = await readBounded(path, MAX_PROJECT_TEXT)
  const { mtime } = await stat(path)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new BitwrightError({ what: 'expected a project file in UTF-8', where: path, remedy: 'correct the file, or restore it from a copy', cause })
  }
  return { place, revision: revisionOf(bytes), project: parseProject(text, path), changed: mtime.toISOString() }
}

/** Keeps a new project in the home, under an id made of its name. */
export async function createProject(home: string, project: Project): Promise<StoredProject> {
  const name = slug(project.name, 'project')
  const base = DEVICE.test(name) ? `project-${name}` : name
  const taken = new Set(await projectIds(home))
  let id = base
  for (let number = 2; taken.has(id); number++) id = `${base}-${number}`
  return write(home, { id }, project)
}

/** Keeps a project in a file of its own. What is there is replaced only when asked, and only if it is a project. */
export async function createFile(home: string, path: string, project: Project, replace: boolean): Promise<StoredProject> {
  const place = { path }
  const full = await projectPath(home, place)
  if (await pathExists(full)) {
    if (!replace) throw new BitwrightError({ what: 'expected a new file, found one of this name', where: full, remedy: 'choose another name, or replace it' })
    await openProject(home, place).catch((cause: unknown) => {
      throw new BitwrightError({ what: 'expected a project to replace, found a file that is none', where: full, remedy: 'choose another name', cause })
    })
  }
  return write(home, place, project)
}

export type SaveOutcome = { readonly outcome: 'saved'; readonly revision: string } | { readonly outcome: 'conflict'; readonly revision: string | null }

/** Writes over the file if it is still of `revision`, or whatever it is if that is null. */
export async function saveProject(home: string, place: ProjectPlace, project: Project, revision: string | null): Promise<SaveOutcome> {
  const path = await projectPath(home, place)
  if (revision === null) {
    return { outcome: 'saved', revision: 'path' in place ? (await createFile(home, place.path, project, true)).revision : (await write(home, place, project)).revision }
  }
  const found = await pathExists(path) ? revisionOf(await readBounded(path, MAX_PROJECT_TEXT)) : null
  if (found !== revision) return { outcome: 'conflict', revision: found }
  return { outcome: 'saved', revision: (await write(home, place, project)).revision }
}

export async function renameProject(home: string, place: ProjectPlace, name: string): Promise<StoredProject> {
  const { project } = await openProject(home, place)
  return write(home, place, { ...project, name })
}

export async function duplicateProject(home: string, place: ProjectPlace, name?: string): Promise<StoredProject> {
  const { project } = await openProject(home, place)
  return createProject(home, { ...project, name: name ?? `${project.name} copy`.slice(0, 120) })
}

/** Moves a project's file into the trash, whatever it holds; returns its name there. */
export async function trashProject(home: string, id: ProjectId): Promise<string> {
  const path = await projectPath(home, { id })
  const trash = trashFolder(home, 'projects')
  const trashed = trashedName(`${id}.json`)
  try {
    await mkdir(trash, { recursive: true })
    await rename(path, join(trash, trashed))
    await syncFolder(trash)
  } catch (error) {
    throw diskTrouble(error, path)
  }
  return trashed
}

/** Brings a project back from the trash, under its id, or another one if that was taken meanwhile. */
export async function restoreProject(home: string, trashed: string): Promise<StoredProject> {
  const trash = trashFolder(home, 'projects')
  await mkdir(trash, { recursive: true })
  const path = await resolveInside(trash, trashed)
  const id = /^\d{8}-\d{6}-(.+)\.json$/.exec(trashed)?.[1]
  if (id === undefined || !ProjectIdSchema.safeParse(id).success || !(await pathExists(path))) {
    throw new BitwrightError({ what: `there is no project ${JSON.stringify(trashed)} in the trash`, where: trash, remedy: 'look into that folder' })
  }
  const taken = new Set(await projectIds(home))
  let free = id
  for (let number = 2; taken.has(free); number++) free = `${id}-${number}`
  const place = { id: free }
  try {
    await rename(path, await projectPath(home, place))
  } catch (error) {
    throw diskTrouble(error, path)
  }
  return { place, revision: (await openProject(home, place)).revision }
}

async function write(home: string, place: ProjectPlace, project: Project): Promise<StoredProject> {
  const text = projectText(project)
  await writeAtomic(await projectPath(home, place), text)
  return { place, revision: revisionOf(text) }
}
