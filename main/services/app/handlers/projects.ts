import { inferProject, presetNamed, presetReference, presets, totalsOf, type Project } from '../../../../core/architecture/index.ts'
import { BitwrightError } from '../../../../core/errors.ts'
import type { PresetEntry, ProjectEntry, ProjectPlace, projectRoutes } from '../../../contract/app/projects.ts'
import { faultOf } from '../../../contract/faults.ts'
import { codeOf } from '../../files.ts'
import { dropDraft, keepDraft, listDrafts, openDraft } from '../../projects/drafts.ts'
import { samePlace } from '../../projects/place.ts'
import {
  createFile, createProject, duplicateProject, openProject, parseProject, projectIds, projectText, renameProject, restoreProject, saveProject, trashProject,
} from '../../projects/store.ts'
import { slug } from '../../runs/identity.ts'
import type { Handlers, Services } from '../handling.ts'

export function projectHandlers({ home, log, memory, tell }: Services): Handlers<keyof typeof projectRoutes> {
  const changed = <T>(value: T): T => {
    tell('projects', {})
    return value
  }
  const opened = async <T extends { readonly place: ProjectPlace }>(value: T): Promise<T> => {
    await memory.opened(value.place)
    return changed(value)
  }
  return {
    'projects.list': () => list(home, memory),
    'projects.create': async ({ project, path, replace }) => opened(await (path === undefined ? createProject(home, project) : createFile(home, path, project, replace))),
    'projects.open': async ({ place }) => opened(await openProject(home, place)),
    'projects.save': async ({ place, project, revision }) => changed(await saveProject(home, place, project, revision)),
    'projects.rename': async ({ place, name }) => changed(await renameProject(home, place, name)),
    'projects.duplicate': async ({ place, name }) => changed(await duplicateProject(home, place, name)),
    'projects.trash': async ({ id }) => {
      const trashed = await trashProject(home, id)
      await memory.forget({ id })
      return changed({ trashed })
    },
    'projects.restore': async ({ trashed }) => changed(await restoreProject(home, trashed)),
    'projects.forget': async ({ path }) => {
      await memory.forget({ path })
      return changed({})
    },
    'projects.read': async ({ text, name }) => ({ project: parseProject(text, name) }),
    'projects.write': async ({ project }) => ({ text: projectText(project), fileName: `${slug(project.name, 'project')}.json` }),
    'drafts.keep': async ({ draft, ...about }) => {
      await keepDraft(home, draft, about)
      return {}
    },
    'drafts.drop': async ({ draft }) => {
      await dropDraft(home, draft)
      return {}
    },
    'drafts.list': async () => ({ drafts: await listDrafts(home, message => log.add('warning', 'projects', message)) }),
    'drafts.open': ({ draft }) => openDraft(home, draft),
    'presets.list': async () => ({ presets: presets.map(presetEntry) }),
    'presets.show': async ({ name }) => {
      const project = presetNamed(name)
      return { ...presetEntry(project), project }
    },
  }
}

async function list(home: string, memory: Services['memory']): Promise<{ projects: ProjectEntry[]; damaged: { place: ProjectPlace; fault: ReturnType<typeof faultOf> }[] }> {
  const recent = await memory.recent()
  const inHome = (await projectIds(home)).map(id => ({ id }))
  const elsewhere = recent.map(({ place }) => place).filter(place => 'path' in place)
  const projects: ProjectEntry[] = []
  const damaged: { place: ProjectPlace; fault: ReturnType<typeof faultOf> }[] = []
  for (const place of [...inHome, ...elsewhere]) {
    try {
      const { project, changed } = await openProject(home, place)
      const opened = recent.find(entry => samePlace(entry.place, place))?.opened ?? null
      projects.push({ place, name: project.name, dataset: project.dataset, nodes: project.architecture.nodes.length, changed, opened })
    } catch (error) {
      if (!(error instanceof BitwrightError)) throw error
      // Deleted while the list was made.
      if ('path' in place || codeOf(error.cause) !== 'ENOENT') damaged.push({ place, fault: faultOf(error) })
    }
  }
  const touched = ({ opened, changed }: ProjectEntry): string => opened ?? changed
  return { projects: projects.sort((a, b) => (touched(a) < touched(b) ? 1 : -1)), damaged }
}

function presetEntry(project: Project): PresetEntry {
  const { binaryParameters, realParameters, packedBytes } = totalsOf(inferProject(project))
  const reference = presetReference(project.name)
  return {
    name: project.name,
    dataset: project.dataset,
    description: project.description,
    source: reference?.source ?? null,
    reportedError: reference?.testError ?? null,
    binaryParameters,
    realParameters,
    packedBytes,
    nodes: project.architecture.nodes.length,
  }
}
