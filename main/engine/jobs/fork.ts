import { join } from 'node:path'
import type { z } from 'zod'
import { epochsWanted } from '../../../core/training/position.ts'
import type { engineRoutes, TrainResult } from '../../contract/engine.ts'
import { readBits, writeBits } from '../../services/runs/bits.ts'
import { checkpointFolder, openCheckpoint, type Saved } from '../../services/runs/checkpoints.ts'
import { chooseRunId, createRun, ensureRunSpace } from '../../services/runs/create.ts'
import { forked } from '../../services/runs/fork.ts'
import { openRun } from '../../services/runs/open.ts'
import type { JobContext } from '../context.ts'
import { imagesOfRun } from './images.ts'
import { Store } from './recorder.ts'
import { runTraining } from './run.ts'

/** Trains a new run that begins at a checkpoint of another: its weights, its optimizer's memory, its place. */
export async function fork(context: JobContext, { home, run: name, checkpoint: file, set, waits, ...input }: z.output<typeof engineRoutes.fork.input>): Promise<TrainResult> {
  const parent = await openRun(home, name)
  const checkpoint = await openCheckpoint(parent, join(checkpointFolder(parent.directory), file))
  try {
    const { project, position } = forked(parent.project, checkpoint.notes.position, set, checkpoint.path)
    const { dataset: about, limitTrain } = parent.record
    const dataset = await imagesOfRun(context, home, parent)
    const id = input.id ?? chooseRunId(project)
    const { epoch, batch, step } = position
    return await runTraining(context, {
      home, id, project, dataset, limitTrain, checkpoint, position, waits,
      async store(bytes, adapter, _, keep) {
        await ensureRunSpace(home, 'new', { project, epochs: epochsWanted(project.recipe, position), checkpoint: bytes })
        let kept: Saved | undefined
        // The place is in the folder from its first moment: whatever dies, this run needs the other no more, and never begins anew instead.
        const { run, lock } = await createRun(home, project, {
          ...adapter, id, dataset: about,
          parent: { run: parent.id, checkpoint: file, step, epoch },
          ...(limitTrain !== undefined && { limitTrain }),
          ...(position.changes?.epochs !== undefined && { epochs: position.changes.epochs }),
          ...(input.launch && { launch: input.launch }),
        }, async directory => {
          kept = await keep(directory)
          // The epoch under way is compared with its beginning, which the weights of this checkpoint do not tell.
          const bits = batch > 0 ? await readBits(parent.directory, epoch).catch(() => undefined) : undefined
          if (bits) await writeBits(directory, epoch, bits)
        })
        const store = await Store.open(run, lock, position, message => context.log('warning', message))
        await store.event({ kind: 'fork', run: parent.id, file, epoch, batch, step })
        if (kept) await store.event({ kind: 'checkpoint', ...kept, epoch, batch, step })
        context.log('info', `run ${id} begins at ${file} of ${parent.id}, step ${step}`)
        return store
      },
    })
  } finally {
    await checkpoint.close()
  }
}
