import { hasErrors, inferArchitecture, presetReference, presets, type Project } from '../../../core/architecture/index.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { TrainResultSchema } from '../../contract/engine.ts'
import { REMOTE_NAMES } from '../../services/datasets/sources.ts'
import { listDatasets } from '../../services/datasets/store.ts'
import { openHome } from '../../services/home.ts'
import { dependsOnEpochs } from '../../services/runs/fingerprint.ts'
import { changeProject, isUnchanged, readProject, type ChangeOptions } from '../changes.ts'
import { counted } from '../format/numbers.ts'
import type { Context, Outcome } from '../run.ts'
import { followTraining } from '../training.ts'

export interface TrainOptions extends ChangeOptions {
  readonly limitTrain?: number
}

/** What can be said without an engine is said before one is started. */
export async function train(context: Context, nameOrFile: string, options: TrainOptions): Promise<Outcome<typeof TrainResultSchema>> {
  const project = changeProject(await readProject(nameOrFile), options)
  refuseErrors(project, nameOrFile)
  const home = await openHome({ home: context.home })
  await requireDataset(home, project.dataset)
  const { limitTrain } = options
  return followTraining(context, {
    home,
    prolongable: !dependsOnEpochs(project),
    remarks: reported(nameOrFile, project.dataset, limitTrain === undefined && isUnchanged(options)),
    start: engine => engine.call('train', { home, project, dataset: project.dataset, ...(limitTrain !== undefined && { limitTrain }) }),
  })
}

function refuseErrors(project: Project, where: string): void {
  const inference = inferArchitecture(project.architecture)
  if (!hasErrors(inference)) return
  const [first, ...others] = inference.problems.filter(problem => problem.severity === 'error')
  throw new BitwrightError({
    what: `the network cannot be trained: ${first?.message ?? 'it has errors'}${others.length > 0 ? `; and ${counted(others.length, 'more error')}` : ''}`,
    where,
    remedy: `bitwright check ${where} names each with what mends it`,
  })
}

async function requireDataset(home: string, name: string): Promise<void> {
  const names = (await listDatasets(home)).map(set => set.name)
  if (names.includes(name)) return
  throw new BitwrightError({
    what: `data set ${name} is not there; there are: ${names.join(', ')}`,
    where: home,
    remedy: `${REMOTE_NAMES.some(known => known === name) ? `bitwright datasets download ${name}, or ` : ''}bitwright datasets import KIND DIR --name ${name}, where DIR holds its files, or choose one with --dataset`,
  })
}

/** What a preset's source reports: the measure of a result on the same data, if nothing else was changed. */
function reported(name: string, dataset: string, unchanged: boolean): string[] {
  if (!presets.some(project => project.name === name && project.dataset === dataset)) return []
  const reference = presetReference(name)
  if (reference === undefined) return []
  return [`${reference.testError.toFixed(2)} % test error (${reference.source})${unchanged ? '' : ', with other settings than these'}`]
}
