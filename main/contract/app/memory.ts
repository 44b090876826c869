import { z } from 'zod'
import { ProjectSchema } from '../../../core/architecture/project.ts'
import { engineRoutes } from '../engine.ts'
import { route } from '../route.ts'

export const memoryRoutes = {
  /** What training a project would take on the adapter, at its own batch size or another, what there is, and the largest batch up to that one that fits. Nothing is allocated. */
  'memory.estimate': route(z.strictObject({ project: ProjectSchema, batch: z.int().min(1).max(65535).optional() }), engineRoutes.memory.output),
}
