import { DatasetNameSchema, floatTwin, parseAs, presetNamed, presets, ProjectSchema, scaleWidths, setField, setFields, withoutKind, type Project, type TwinActivation } from '../../core/architecture/index.ts'
import { BitwrightError } from '../../core/errors.ts'
import { pathExists, readJson } from '../services/files.ts'

/** What --dataset and its like say. */
export interface ChangeOptions {
  readonly dataset?: string
  readonly epochs?: number
  readonly batch?: number
  readonly seed?: number
  readonly widthScale?: number
  readonly twin?: TwinActivation
  readonly set?: readonly string[]
  readonly without?: readonly string[]
}

/** A name without a folder or an ending is more likely a misspelt preset than a file. */
const FILE_LIKE = /[/\\]|\.json$/i

/** The preset of this name, else the project in the file of this name. Throws if neither is there, or the file is no project. */
export async function readProject(nameOrFile: string): Promise<Project> {
  if (presets.some(project => project.name === nameOrFile)) return presetNamed(nameOrFile)
  if (FILE_LIKE.test(nameOrFile) || (await pathExists(nameOrFile))) return readJson(nameOrFile, ProjectSchema)
  try {
    return presetNamed(nameOrFile)
  } catch (error) {
    if (!(error instanceof BitwrightError) || error.remedy === undefined) throw error
    throw new BitwrightError({ what: `there is neither a preset nor a file "${nameOrFile}"`, remedy: `${error.remedy}, or name a project file` })
  }
}

/**
 * The project as the options change it. What is said of single fields comes last: `--width-scale 0.25 --set
 * nodes.dense1.units=300` makes a layer of exactly 300. `note` gets what is worth knowing of a change, a line at a time.
 */
export function changeProject(project: Project, options: ChangeOptions, note: (line: string) => void = () => undefined): Project {
  const { dataset, epochs, batch, seed, widthScale, twin, set = [], without = [] } = options
  let changed = project
  if (dataset !== undefined) changed = { ...changed, dataset: parseAs(DatasetNameSchema, dataset, '--dataset') }
  for (const kind of without) changed = withoutKind(changed, kind)
  if (widthScale !== undefined) changed = scaleWidths(changed, widthScale)
  if (twin !== undefined) {
    const found = floatTwin(changed, twin)
    changed = found.project
    for (const line of found.changes) note(`twin: ${line}`)
  }
  for (const [field, value] of [['epochs', epochs], ['batchSize', batch], ['seed', seed]] as const) {
    if (value !== undefined) changed = setField(changed, `recipe.${field}=${value}`)
  }
  return setFields(changed, set)
}

/** Whether the network and recipe are still as their preset has them; what its source reports then applies to them. */
export function isUnchanged({ dataset, epochs, batch, seed, widthScale, twin, set, without }: ChangeOptions): boolean {
  return [dataset, epochs, batch, seed, widthScale, twin, set, without].every(value => value === undefined)
}
