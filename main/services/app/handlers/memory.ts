import type { memoryRoutes } from '../../../contract/app/memory.ts'
import { refuseErrors } from '../../runs/request.ts'
import type { Handlers, Services } from '../handling.ts'

export function memoryHandlers({ engine }: Services): Handlers<keyof typeof memoryRoutes> {
  return {
    'memory.estimate': async ({ project, batch }) => {
      const asked = batch === undefined ? project : { ...project, recipe: { ...project.recipe, batchSize: batch } }
      refuseErrors(asked, asked.name)
      return engine.call('memory', { project: asked })
    },
  }
}
