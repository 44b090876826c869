import type { TrainResultSchema } from '../../contract/engine.ts'
import { openHome } from '../../services/home.ts'
import { dependsOnEpochs } from '../../services/runs/fingerprint.ts'
import { openRun } from '../../services/runs/index.ts'
import type { Context, Outcome } from '../run.ts'
import { followTraining } from '../training.ts'

export async function resume(context: Context, run: string, { epochs }: { readonly epochs?: number }): Promise<Outcome<typeof TrainResultSchema>> {
  const home = await openHome({ home: context.home })
  // Read here too, so that a name that is wrong is told before an engine is started.
  const { directory, project } = await openRun(home, run)
  return followTraining(context, {
    home,
    prolongable: !dependsOnEpochs(project),
    start: engine => engine.call('resume', { home, run: directory, ...(epochs !== undefined && { epochs }) }),
  })
}
