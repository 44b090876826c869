import { BitwrightError } from '../../../core/errors.ts'
import { Session } from '../../../core/training/session.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import { openBest, openCheckpoint, openLatest } from '../../services/runs/checkpoints.ts'
import { openRun, runOfCheckpoint, type Run } from '../../services/runs/open.ts'
import type { JobContext } from '../context.ts'
import type { Workshop } from '../toolbox.ts'

export interface Target {
  readonly run: Run
  readonly checkpoint: Checkpoint
}

/** The trained network that a person names: a run at its best or last checkpoint, or one checkpoint file of a run. */
export async function openTarget(context: JobContext, home: string, name: string, which: 'best' | 'last'): Promise<Target> {
  if (name.endsWith('.safetensors')) {
    const run = await runOfCheckpoint(name)
    return { run, checkpoint: await openCheckpoint(run, name) }
  }
  const run = await openRun(home, name)
  const checkpoint = await (which === 'best' ? openBest : openLatest)(run, message => context.log('warning', message))
  if (!checkpoint) throw new BitwrightError({ what: 'this run has no checkpoint yet', where: run.directory, remedy: `let it train for an epoch: bitwright resume ${run.id}` })
  return { run, checkpoint }
}

/** Puts the target's network on the device for evaluation, lets `work` use it, and takes it off again. */
export async function withSession<T>(context: JobContext, home: string, { run, checkpoint }: Target, data: { readonly name: string; readonly shape?: readonly [number, number, number]; readonly classes: readonly string[] }, work: (session: Session, workshop: Workshop) => Promise<T>): Promise<T> {
  const workshop = await context.workshop()
  const engine = await workshop.engine(home, message => context.log('warning', message))
  const { pixels } = checkpoint.notes
  const session = Session.open(engine, run.project, pixels, { ...data, shape: data.shape ?? inputShape(run) })
  try {
    return await workshop.guard((async () => {
      await session.evaluation()
      checkpoint.checkTensors(session.snapshot({ optimizer: false }))
      await session.restore(name => checkpoint.values(name), { optimizer: false })
      return work(session, workshop)
    })())
  } finally {
    if (!workshop.failure) session.close()
  }
}

/** Size of the images that a run's network takes. */
function inputShape({ project }: Run): [number, number, number] {
  const input = project.architecture.nodes.find(({ kind }) => kind === 'input')
  const side = (name: string): number => Number(input?.attributes[name] ?? 0)
  return [side('height'), side('width'), side('channels')]
}
