import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inferProject, presets, totalsOf, type Project } from '../../../core/architecture/index.ts'
import { figuresOf, isBetter, type EpochFigures } from '../../../core/training/position.ts'
import type { RunSummary } from '../../contract/app/runs.ts'
import { isUnderWayState, type Launch } from '../../contract/engine.ts'
import type { LinesOptions } from './lines.ts'
import { isLocked } from './lock.ts'
import { readMetrics } from './metrics.ts'
import { readNotes } from './notes.ts'
import type { Run } from './open.ts'
import { RUN_FILES } from './record.ts'
import { recoveryText } from './recovery.ts'

export type { RunSummary }

/** What a list of runs says of each. */
export async function summariseRun({ id, directory, record, project }: Run, options: LinesOptions = {}): Promise<RunSummary> {
  const metrics = (await readMetrics(directory, options)).map(figuresOf)
  const interrupted = isUnderWayState(record.state) && !(await isLocked(join(directory, RUN_FILES.lock)))
  const state = interrupted ? 'stopped' : record.state
  const { selection, epochs, seed } = project.recipe
  const best = metrics.reduce<EpochFigures | null>((champion, candidate) => (isBetter(candidate, champion, selection) ? candidate : champion), null)
  const { name, notes, tags } = await readNotes(directory)
  return {
    id,
    directory,
    created: record.created,
    state,
    interrupted,
    recovery: await recoveryText(directory, { interrupted, state, metrics }, options),
    fault: record.fault ?? null,
    project: project.name,
    dataset: record.dataset.name,
    adapter: record.adapter,
    epochs: metrics.at(-1)?.epoch ?? record.parent?.epoch ?? 0,
    epochsWanted: record.epochs ?? epochs,
    best,
    last: metrics.at(-1) ?? null,
    finished: isUnderWayState(record.state) ? null : (record.ended ?? (await written(directory))),
    name: name ?? project.name,
    tags,
    notes,
    group: record.launch?.group ?? null,
    parent: record.parent?.run ?? null,
    preset: presetOf(project),
    seed,
    ...sizesOf(project),
    parameters: parametersOf(project, record.launch),
  }
}

/** When run.json was written, which says how it ended: runs of earlier versions do not note the time. */
async function written(directory: string): Promise<string> {
  return (await stat(join(directory, RUN_FILES.record))).mtime.toISOString()
}

/** Copies of presets are named after them: "digits", "digits · copy", "digits copy 2". */
function presetOf({ name }: Project): string | null {
  const plain = name.replace(/( ·)? copy( \d+)?$/, '')
  return presets.some(preset => preset.name === plain) ? plain : null
}

type Sizes = Pick<RunSummary, 'binaryParameters' | 'packedBytes'>

/** Runs of a sweep mostly have one network: it is inferred once. */
const sizes = new Map<string, Sizes>()
const SIZES_KEPT = 64

function sizesOf(project: Project): Sizes {
  const key = JSON.stringify([project.architecture, project.recipe.preprocessing])
  const known = sizes.get(key)
  if (known) return known
  const { binaryParameters, packedBytes } = totalsOf(inferProject(project))
  const found = { binaryParameters, packedBytes }
  sizes.set(key, found)
  const [oldest] = sizes.keys()
  if (sizes.size > SIZES_KEPT && oldest !== undefined) sizes.delete(oldest)
  return found
}

type Leaf = string | number | boolean

function parametersOf(project: Project, launch: Launch | undefined): Record<string, Leaf> {
  const { version: _, ...recipe } = project.recipe
  const fields = [...leaves(recipe, 'recipe')]
  for (const assignment of launch?.set ?? []) {
    const path = assignment.slice(0, assignment.indexOf('=')).trim()
    const value = nodeValue(project, path)
    if (value !== undefined) fields.push([path, value])
  }
  return Object.fromEntries(fields)
}

/** Fields by their paths. A list, such as the steps of preprocessing, is one field: its text. */
function* leaves(value: unknown, path: string): Generator<[string, Leaf]> {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') yield [path, value]
  else if (Array.isArray(value)) yield [path, JSON.stringify(value)]
  else if (typeof value === 'object' && value !== null) for (const [name, field] of Object.entries(value)) yield* leaves(field, `${path}.${name}`)
}

/** Of a path such as nodes.dense1.units. Ids may contain dots, attributes never do. */
function nodeValue({ architecture }: Project, path: string): Leaf | undefined {
  const [top, ...rest] = path.split('.')
  if (top !== 'nodes') return undefined
  const node = architecture.nodes.find(({ id }) => id === rest.slice(0, -1).join('.'))
  return Object.entries(node?.attributes ?? {}).find(([name]) => name === rest.at(-1))?.[1]
}
