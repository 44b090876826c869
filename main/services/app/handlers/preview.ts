import type { previewRoutes } from '../../../contract/app/preview.ts'
import { join } from 'node:path'
import { homeFolders } from '../../home.ts'
import type { Handlers, Services } from '../handling.ts'

export function previewHandlers({ home, engine }: Services): Handlers<keyof typeof previewRoutes> {
  return {
    'preview.sample': ({ weights, nodes, ...input }) =>
      engine.call('preview', { ...input, weights: weights === 'initial' ? weights : { ...weights, run: join(homeFolders(home).runs, weights.run) }, ...(nodes && { nodes }) }),
  }
}
