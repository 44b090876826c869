import type { z } from 'zod'
import { largestBatch, planMemory } from '../../../core/training/memoryPlan.ts'
import type { engineRoutes } from '../../contract/engine.ts'
import { openShaders } from '../../services/shaders.ts'
import { limitsOf } from '../budget.ts'
import type { JobContext } from '../context.ts'

/** What training a project would take on this process's adapter, and what there is. Nothing is allocated. */
export async function memory(context: JobContext, { project }: z.output<typeof engineRoutes.memory.input>): Promise<z.input<typeof engineRoutes.memory.output>> {
  const { device: { adapter } } = await context.workshop()
  const limits = limitsOf(adapter)
  const shaders = openShaders()
  const largest = largestBatch(project, shaders, limits)
  return { adapter: adapter.name, available: limits.memoryBytes ?? null, largestBatch: largest, plan: planMemory(project, shaders, limits) }
}
