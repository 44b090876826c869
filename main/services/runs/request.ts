import { adaptToImages, hasErrors, inferProject } from '../../../core/architecture/index.ts'
import { parseAs, DatasetNameSchema, type Project } from '../../../core/architecture/project.ts'
import { setFields } from '../../../core/architecture/setField.ts'
import { BitwrightError } from '../../../core/errors.ts'
import { REMOTE_NAMES } from '../datasets/sources.ts'
import type { DatasetSummary } from '../datasets/manifest.ts'
import { listDatasets } from '../datasets/store.ts'

/** The project with another data set and with single fields set. */
export function withOverrides(project: Project, { dataset, set = [] }: { readonly dataset?: string | undefined; readonly set?: readonly string[] | undefined }): Project {
  const based = dataset === undefined ? project : { ...project, dataset: parseAs(DatasetNameSchema, dataset, 'the data set') }
  return setFields(based, set)
}

export interface Prepared {
  readonly project: Project
  readonly images: DatasetSummary
  /** What was changed to fit another data set, a line each. */
  readonly notes: readonly string[]
}

/** The project that a request to train means. It is meant as it is written, unless another data set is asked for: then it is made to fit. Throws if it cannot be trained. */
export async function prepareProject(home: string, { project: asked, dataset, set }: { readonly project: Project; readonly dataset?: string | undefined; readonly set: readonly string[] }): Promise<Prepared> {
  const written = withOverrides(asked, { dataset, set })
  const images = await requireDataset(home, written.dataset)
  const { project, notes } = dataset === undefined ? { project: written, notes: [] } : adaptToImages(written, images)
  refuseErrors(project, project.name)
  return { project, images, notes }
}

/** Throws if the network has errors. `where` is what a person calls the project. */
export function refuseErrors(project: Project, where: string): void {
  const inference = inferProject(project)
  if (!hasErrors(inference)) return
  const [first, ...others] = inference.problems.filter(problem => problem.severity === 'error')
  throw new BitwrightError({
    what: `the network cannot be trained: ${first?.message ?? 'it has errors'}${others.length > 0 ? `; and ${others.length === 1 ? '1 more error' : `${others.length} more errors`}` : ''}`,
    where,
    remedy: `bitwright check ${where} names each with what mends it`,
  })
}

/** Throws, with the data sets there are, unless the home has one of this name. */
export async function requireDataset(home: string, name: string): Promise<DatasetSummary> {
  const sets = await listDatasets(home)
  const found = sets.find(set => set.name === name)
  if (found) return found
  const names = sets.map(set => set.name)
  throw new BitwrightError({
    what: `data set ${name} is not there; there are: ${names.join(', ')}`,
    where: home,
    remedy: `${REMOTE_NAMES.some(known => known === name) ? `bitwright datasets download ${name}, or ` : ''}bitwright datasets import KIND DIR --name ${name}, where DIR holds its files, or choose one with --dataset`,
  })
}
