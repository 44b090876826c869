import { attributesOf, input } from '../../../core/architecture/kinds/index.ts'
import { BitwrightError } from '../../../core/errors.ts'
import type { Arithmetic } from '../../../core/layers/context.ts'
import { Session } from '../../../core/training/session.ts'
import { openNetwork, type Network } from '../../services/models/open.ts'
import type { Checkpoint } from '../../services/runs/checkpoint-read.ts'
import type { JobContext } from '../context.ts'
import type { Workshop } from '../toolbox.ts'

export interface Target {
  readonly network: Network
  readonly checkpoint: Checkpoint
}

/** The trained network that a person names: a run at its best or last checkpoint, a model, or a file of weights of either. */
export async function openTarget(context: JobContext, home: string, name: string, which: 'best' | 'last'): Promise<Target> {
  const network = await openNetwork(home, name)
  return { network, checkpoint: await network.weights(which, message => context.log('warning', message)) }
}

/** Puts the target's network on the device for evaluation, lets `work` use it, and takes it off again. */
export async function withSession<T>(context: JobContext, home: string, { network, checkpoint }: Target, data: { readonly name: string; readonly shape?: readonly [number, number, number]; readonly classes: readonly string[]; readonly arithmetic?: Arithmetic }, work: (session: Session, workshop: Workshop) => Promise<T>): Promise<T> {
  const workshop = await context.workshop()
  const engine = await workshop.engine(home, (level, message) => context.log(level, message))
  const { pixels } = checkpoint.notes
  const session = Session.open(engine, network.project, pixels, { ...data, shape: data.shape ?? imageShapeOf(network) }, data.arithmetic)
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

/** Size of the images that a network takes. */
function imageShapeOf({ project, directory }: Network): [number, number, number] {
  const node = project.architecture.nodes.find(({ kind }) => kind === input.kind)
  if (node === undefined) throw new BitwrightError({ what: 'the network has no input', where: directory, remedy: 'use another one' })
  const { height, width, channels } = attributesOf(input, node)
  return [height, width, channels]
}
