import type { z } from 'zod'
import type { engineRoutes } from '../../contract/engine.ts'
import { runBench } from '../bench/index.ts'
import type { JobContext } from '../context.ts'
import { openTarget } from './target.ts'

/** Times kernels and steps on the adapter, with nothing else on it. */
export async function bench(context: JobContext, input: z.output<typeof engineRoutes.bench.input>): Promise<z.input<typeof engineRoutes.bench.output>> {
  const workshop = await context.workshop()
  const trained = input.target === undefined ? undefined : await openTarget(context, input.home, input.target, 'best')
  const engine = await workshop.engine(input.home, (level, message) => context.log(level, message))
  const log = (message: string): void => context.log('info', message)
  try {
    if (!trained) return await workshop.guard(runBench(engine, input, undefined, log))
    return await workshop.guard(runBench(engine, { ...input, project: trained.network.project }, name => trained.checkpoint.values(name), log))
  } finally {
    await trained?.checkpoint.close()
  }
}
