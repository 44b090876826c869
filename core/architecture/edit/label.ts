import { layerKinds } from '../kinds/index.ts'
import type { Command } from './command.ts'

/** What a history calls a command, as in "move 3 layers". */
export function labelOf(command: Command): string {
  switch (command.do) {
    case 'add': return `${command.onto ? 'insert' : 'add'} ${titleOf(command.kind)}`
    case 'insert': return `insert ${command.id}`
    case 'connect': return `connect ${command.from} to ${command.to}`
    case 'disconnect': return command.edges.length === 1 ? 'disconnect' : `disconnect ${command.edges.length} edges`
    case 'remove': return `delete ${layers(command.ids)}`
    case 'move': return `move ${layers(command.to.map(({ id }) => id))}`
    case 'align': return `align ${layers(command.ids)}`
    case 'arrange': return command.ids ? `arrange ${layers(command.ids)}` : 'arrange all'
    case 'setAttributes': return `set ${[...Object.keys(command.set), ...(command.unset ?? [])].join(', ')} of ${layers(command.ids)}`
    case 'renameNode': return `rename ${command.id} to ${command.to}`
    case 'paste': return `paste ${layers(command.fragment.nodes.map(({ id }) => id))}`
    case 'fix': return `fix: ${command.fix.label}`
    case 'group': return `group ${layers(command.ids)}`
    case 'ungroup': return 'ungroup'
    case 'setGroup': return command.repeat !== undefined ? `repeat ${command.repeat} times` : command.collapsed === undefined ? 'rename group' : command.collapsed ? 'collapse group' : 'open group'
    case 'setRecipe': return `set ${command.what}`
    case 'setProject': return command.name !== undefined ? 'rename project' : command.dataset !== undefined ? `use ${command.dataset}` : 'describe project'
    case 'restore': return command.label
  }
}

function layers(ids: readonly string[]): string {
  const [only] = ids
  return ids.length === 1 && only !== undefined ? only : `${ids.length} layers`
}

function titleOf(kind: string): string {
  return layerKinds.get(kind)?.title.toLowerCase() ?? kind
}
