import type { z } from 'zod'
import type { engineRoutes } from '../../contract/engine.ts'
import { runBench } from '../bench/index.ts'
import type { JobContext } from '../context.ts'

/** Times kernels and steps on the adapter, with nothing else on it. */
export async function bench(context: JobContext, input: z.output<typeof engineRoutes.bench.input>): Promise<z.input<typeof engineRoutes.bench.output>> {
  const workshop = await context.workshop()
  const engine = await workshop.engine(input.home, message => context.log('warning', message))
  return workshop.guard(runBench(engine, input, message => context.log('info', message)))
}
