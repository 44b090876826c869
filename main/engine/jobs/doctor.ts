import type { z } from 'zod'
import type { engineRoutes } from '../../contract/engine.ts'
import { limitsOf } from '../budget.ts'
import type { JobContext } from '../context.ts'

/** Opens the adapter and tells what it is. */
export async function doctor(context: JobContext): Promise<z.input<typeof engineRoutes.doctor.output>> {
  const { device } = await context.workshop()
  return { adapter: { ...device.adapter }, memoryBytes: limitsOf(device.adapter).memoryBytes ?? null }
}
