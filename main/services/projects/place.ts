import { mkdir } from 'node:fs/promises'
import { isAbsolute, join, normalize } from 'node:path'
import { parseAs } from '../../../core/architecture/project.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { ProjectIdSchema, type ProjectPlace } from '../../contract/app/projects.ts'
import { homeFolders } from '../home.ts'
import { resolveInside } from '../paths.ts'

/** Path of the file that holds, or would hold, a project. */
export async function projectPath(home: string, place: ProjectPlace): Promise<string> {
  if ('id' in place) {
    const { projects } = homeFolders(home)
    await mkdir(projects, { recursive: true })
    return resolveInside(projects, `${parseAs(ProjectIdSchema, place.id, 'the id of a project')}.json`)
  }
  const { path } = place
  // Only such names: whoever speaks for the page shall not reach other files of the person through it.
  if (!isAbsolute(path) || path.includes('\0') || !/[^/\\]\.json$/i.test(path)) {
    throw new BitwrightError({ what: `expected the absolute path of a .json file, found ${JSON.stringify(path)}`, remedy: 'write the whole path, such as /home/me/net.json' })
  }
  return normalize(path)
}

export function samePlace(a: ProjectPlace, b: ProjectPlace): boolean {
  return 'id' in a ? 'id' in b && a.id === b.id : 'path' in b && a.path === b.path
}

/** Where deleted things go, until the person removes them there. */
export function trashFolder(home: string, kind: 'projects' | 'datasets' | 'runs'): string {
  return join(homeFolders(home).trash, kind)
}

/** A name that sorts by time, for something that is moved into the trash. */
export function trashedName(name: string, now = new Date()): string {
  return `${now.toISOString().replaceAll(/[-:]|\.\d+Z$/g, '').replace('T', '-')}-${name}`
}
