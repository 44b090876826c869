import { BitwrightError } from '../../../../main/contract/faults.ts'
import { presets, setFields, type LayerNode, type Project } from '../../../../core/architecture/index.ts'
import { architectureDifferences, complete } from '../compare/architectureDifferences.ts'

/** How to train the same again from the command line. */
export interface Repetition {
  readonly command: string
  /** The command reads the run's project.json, which has to be at hand. */
  readonly needsProject: boolean
}

/**
 * The command that trains this project. If it is a preset with other settings, whatever it is called, the preset and `--set` for each of them; what that makes
 * has been compared with the project, layer by layer and field by field. Of several presets its namesake, else the nearest. Else it names the project's file.
 */
export function repetitionOf(project: Project, limitTrain: number | null): Repetition {
  const limit = limitTrain === null ? [] : ['--limit-train', String(limitTrain)]
  const bases = presets.flatMap(preset => {
    const assignments = sameOrder(preset, project) ? assignmentsTo(preset, project) : undefined
    return assignments ? [{ preset, assignments, namesake: preset.name === project.name }] : []
  })
  const [base] = bases.sort((a, b) => Number(b.namesake) - Number(a.namesake) || a.assignments.length - b.assignments.length)
  if (!base) return { command: commandText(['train', 'project.json', ...limit]), needsProject: true }
  const { preset, assignments } = base
  const dataset = preset.dataset === project.dataset ? [] : ['--dataset', project.dataset]
  return { command: commandText(['train', preset.name, ...dataset, ...limit, ...assignments.flatMap(assignment => ['--set', assignment])]), needsProject: false }
}

/** The same layers, listed alike: quick to tell, and most presets are not. */
function sameOrder({ architecture: { nodes } }: Project, { architecture }: Project): boolean {
  return nodes.length === architecture.nodes.length && nodes.every(({ id, kind }, at) => architecture.nodes[at]?.id === id && architecture.nodes[at].kind === kind)
}

/** What `--set` has to say to make one project of another; undefined if it cannot: layers and edges are not its to change. */
export function assignmentsTo(base: Project, wanted: Project): readonly string[] | undefined {
  const there = new Map(base.architecture.nodes.map(node => [node.id, node]))
  const attributes = wanted.architecture.nodes.flatMap(node => attributeAssignments(there.get(node.id), node))
  const assignments = [...valueAssignments('recipe', base.recipe, wanted.recipe), ...attributes]
  try {
    const made = setFields(base, assignments)
    const same = JSON.stringify(sortedKeys(made.recipe)) === JSON.stringify(sortedKeys(wanted.recipe)) && architectureDifferences(made.architecture, wanted.architecture).layers.length === 0
    return same ? assignments : undefined
  } catch (error) {
    if (error instanceof BitwrightError) return undefined
    throw error
  }
}

function attributeAssignments(base: LayerNode | undefined, wanted: LayerNode): string[] {
  if (!base || base.kind !== wanted.kind) return []
  const [before, after] = [complete(base), complete(wanted)]
  return Object.entries(after).filter(([name, value]) => before[name] !== value).map(([name, value]) => `nodes.${wanted.id}.${name}=${String(value)}`)
}

/** Field by field; what has another kind, and lists, as a whole. */
function valueAssignments(path: string, base: unknown, wanted: unknown): string[] {
  if (JSON.stringify(sortedKeys(base)) === JSON.stringify(sortedKeys(wanted))) return []
  if (isRecord(base) && isRecord(wanted) && base['kind'] === wanted['kind']) {
    return Object.keys(wanted).flatMap(name => valueAssignments(`${path}.${name}`, base[name], wanted[name]))
  }
  return [`${path}=${typeof wanted === 'string' ? wanted : JSON.stringify(wanted)}`]
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys)
  return isRecord(value) ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sortedKeys(value[key])])) : value
}

function commandText(words: readonly string[]): string {
  return ['npm run bitwright --', ...words.map(quoted)].join(' ')
}

/** For a shell of the Bourne family. */
function quoted(word: string): string {
  return /^[\w./=:,+@%-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
