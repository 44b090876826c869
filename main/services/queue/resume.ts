import { BitwrightError } from '../../../core/errors.ts'
import { readNotes } from '../runs/notes.ts'
import { runNamed } from '../runs/open.ts'
import { requireDataset } from '../runs/request.ts'
import { summariseRun } from '../runs/summary.ts'
import type { Planned } from './request.ts'

/** Going on with a run of the home, and what people call it. Throws if nothing is left of it to train, or it is under way. */
export async function planResume(home: string, id: string): Promise<Planned & { readonly name: string | undefined }> {
  const run = await runNamed(home, id)
  const { state, epochs, epochsWanted } = await summariseRun(run)
  const refuse = (what: string, remedy: string): never => {
    throw new BitwrightError({ what, where: run.directory, remedy })
  }
  if (!['stopped', 'failed', 'finished'].includes(state)) refuse(`run ${id} is under way`, 'wait until it has ended, or stop it first')
  if (state === 'finished' || epochs >= epochsWanted) refuse(`run ${id} has finished its ${epochs} epochs`, 'resume it with more epochs, or fork it')
  await requireDataset(home, run.project.dataset)
  const { name } = await readNotes(run.directory)
  // A name that is too long for the queue is left to the run.
  return { project: run.project, limitTrain: run.record.limitTrain, resumes: id, sets: [[]], name: name?.slice(0, 80) }
}
