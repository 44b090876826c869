import { ArchitectureSchema, type Architecture } from '../document.ts'
import { applyFix } from '../fix.ts'
import { parseAs, ProjectSchema, type Project } from '../project.ts'
import type { Command, Parts } from './command.ts'
import { addNode, align, arrange, connect, group, insert, move, paste, remove, renameNode, sameEdge, setAttributes, setGroup, ungroup } from './graph.ts'
import { labelOf } from './label.ts'

export interface Applied {
  readonly project: Project
  /** Brings back the project as it was. */
  readonly inverse: Command
}

/**
 * The project after a command, and the command that undoes it; undefined if nothing changes. The project given stays as it is. Throws, and
 * changes nothing, if the command does not fit the project or its result would break the document's limits.
 */
export function applyCommand(project: Project, command: Command): Applied | undefined {
  const next = changed(project, command)
  const before = differing(project, next)
  if (Object.keys(before).length === 0) return undefined
  return { project: next, inverse: { do: 'restore', label: labelOf(command), parts: before } }
}

function changed(project: Project, command: Command): Project {
  switch (command.do) {
    case 'restore': return restored(project, command.parts)
    case 'setRecipe': return { ...project, recipe: command.recipe }
    case 'setProject': {
      const { name, description, dataset } = command
      return parseAs(ProjectSchema, { ...project, ...(name !== undefined && { name }), ...(description !== undefined && { description }), ...(dataset !== undefined && { dataset }) }, project.name)
    }
    default: {
      const architecture = edited(project.architecture, command)
      return architecture === project.architecture ? project : { ...project, architecture: command.do === 'move' ? architecture : checked(architecture) }
    }
  }
}

type GraphCommand = Exclude<Command, { do: 'restore' | 'setRecipe' | 'setProject' }>

function edited(architecture: Architecture, command: GraphCommand): Architecture {
  switch (command.do) {
    case 'add': return addNode(architecture, command)
    case 'insert': return insert(architecture, command)
    case 'connect': return connect(architecture, command.from, command.to, command.port)
    case 'disconnect': return { ...architecture, edges: architecture.edges.filter(edge => !command.edges.some(other => sameEdge(edge, other))) }
    case 'remove': return remove(architecture, command.ids, command.join ?? false)
    case 'move': return move(architecture, new Map(command.to.map(({ id, at }) => [id, at])))
    case 'align': return align(architecture, command)
    case 'arrange': return arrange(architecture, command.ids)
    case 'setAttributes': return setAttributes(architecture, command)
    case 'renameNode': return renameNode(architecture, command.id, command.to)
    case 'paste': return command.fragment.nodes.length === 0 ? architecture : paste(architecture, command.fragment, command.at)
    case 'fix': return applyFix(architecture, command.fix)
    case 'group': return group(architecture, command)
    case 'ungroup': return ungroup(architecture, command.group)
    case 'setGroup': return setGroup(architecture, command)
  }
}

/** Refused whole if it breaks the document's schema, else as it is: parsing would copy every node of it. */
function checked(architecture: Architecture): Architecture {
  parseAs(ArchitectureSchema, architecture, 'the network after this change')
  return architecture
}

function restored(project: Project, { nodes, edges, groups, ...rest }: Parts): Project {
  const { groups: current, ...plain } = project.architecture
  const next = groups === undefined ? current : groups ?? undefined
  return { ...project, ...rest, architecture: { ...plain, ...(nodes && { nodes: [...nodes] }), ...(edges && { edges: [...edges] }), ...(next && { groups: [...next] }) } }
}

/** The parts of `project` in which `next` differs. */
function differing(project: Project, next: Project): Parts {
  const before = project.architecture
  const after = next.architecture
  return {
    ...(project.name !== next.name && { name: project.name }),
    ...(project.description !== next.description && { description: project.description }),
    ...(project.dataset !== next.dataset && { dataset: project.dataset }),
    ...(!same(project.recipe, next.recipe) && { recipe: project.recipe }),
    ...(!sameList(before.nodes, after.nodes) && { nodes: before.nodes }),
    ...(!sameList(before.edges, after.edges) && { edges: before.edges }),
    ...(!sameList(before.groups, after.groups) && { groups: before.groups ?? null }),
  }
}

function sameList(a: readonly unknown[] | undefined, b: readonly unknown[] | undefined): boolean {
  if (a === b) return true
  return a !== undefined && b !== undefined && a.length === b.length && a.every((item, at) => same(item, b[at]))
}

/** Of plain data; what is shared is not looked into. */
function same(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b)
}
