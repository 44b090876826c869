import { join } from 'node:path'
import type { z } from 'zod'
import type { previewRoutes } from '../../../contract/app/preview.ts'
import type { PreviewWeightsSchema } from '../../../contract/activations.ts'
import { homeFolders } from '../../home.ts'
import { checkpointFolder } from '../../runs/checkpoints.ts'
import type { Handlers, Services } from '../handling.ts'

type Wanted = z.output<(typeof previewRoutes)['preview.sample']['input']>['weights']

export function previewHandlers({ home, engine }: Services): Handlers<keyof typeof previewRoutes> {
  return {
    'preview.sample': ({ weights, nodes, ...input }) => engine.call('preview', { ...input, weights: placeOf(home, weights), ...(nodes && { nodes }) }),
  }
}

/** Where the engine finds them: a run's folder, a model's, or the file of a checkpoint. */
function placeOf(home: string, weights: Wanted): z.output<typeof PreviewWeightsSchema> {
  if (weights === 'initial') return weights
  const { models, runs } = homeFolders(home)
  if ('model' in weights) return { run: join(models, weights.model), checkpoint: 'best' }
  const run = join(runs, weights.run)
  const { checkpoint } = weights
  return checkpoint === 'best' || checkpoint === 'last' ? { run, checkpoint } : { run: join(checkpointFolder(run), `${checkpoint}.safetensors`), checkpoint: 'last' }
}
