import { adaptToImages, presetReference, presets } from '../../../core/architecture/index.ts'
import type { TrainResultSchema } from '../../contract/engine.ts'
import { openHome } from '../../services/home.ts'
import { dependsOnEpochs } from '../../services/runs/fingerprint.ts'
import { refuseErrors, requireDataset } from '../../services/runs/request.ts'
import { changeProject, isUnchanged, readProject, type ChangeOptions } from '../changes.ts'
import type { Context, Outcome } from '../run.ts'
import { followTraining } from '../training.ts'

export interface TrainOptions extends ChangeOptions {
  readonly limitTrain?: number
}

/** What can be said without an engine is said before one is started. */
export async function train(context: Context, nameOrFile: string, options: TrainOptions): Promise<Outcome<typeof TrainResultSchema>> {
  const written = changeProject(await readProject(nameOrFile), options, line => { context.notes.line(line) })
  const home = await openHome({ home: context.home })
  const dataset = await requireDataset(home, written.dataset)
  // A project of one's own is meant as it is written, unless another data set is asked for.
  const fitting = options.dataset !== undefined || presets.some(preset => preset.name === nameOrFile)
  const { project, notes } = fitting ? adaptToImages(written, dataset) : { project: written, notes: [] }
  for (const note of notes) context.notes.line(note)
  refuseErrors(project, nameOrFile)
  const { limitTrain } = options
  return followTraining(context, {
    home,
    prolongable: !dependsOnEpochs(project),
    remarks: reported(nameOrFile, project.dataset, limitTrain === undefined && isUnchanged(options)),
    start: engine => engine.call('train', { home, project, dataset: project.dataset, ...(limitTrain !== undefined && { limitTrain }) }),
  })
}

/** What a preset's source reports: the measure of a result on the same data, if nothing else was changed. */
function reported(name: string, dataset: string, unchanged: boolean): string[] {
  if (!presets.some(project => project.name === name && project.dataset === dataset)) return []
  const reference = presetReference(name)
  if (reference === undefined) return []
  return [`${reference.testError.toFixed(2)} % test error (${reference.source})${unchanged ? '' : ', with other settings than these'}`]
}
