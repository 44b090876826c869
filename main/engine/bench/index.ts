import type { z } from 'zod'
import type { TensorValues } from '../../../core/analysis/inspection.ts'
import { presetNamed } from '../../../core/architecture/index.ts'
import type { Engine } from '../../../core/training/session.ts'
import type { BenchEntry, BenchMemory, engineRoutes } from '../../contract/engine.ts'
import { benchConv } from './conv.ts'
import { benchFilters } from './filters.ts'
import { benchGemm } from './gemm.ts'
import { benchStep } from './step.ts'

type Bench = (typeof engineRoutes)['bench']

/** Kernels and whole steps, side by side in one run. `values` are those of the project's tensors, where it is a trained network's. */
export async function runBench(engine: Engine, { what, sizes, channels, project }: z.infer<Bench['input']>, values: TensorValues | undefined, log: (message: string) => void): Promise<z.infer<Bench['output']>> {
  const results: BenchEntry[] = []
  let memory: BenchMemory | undefined
  if (what.includes('gemm')) results.push(...(await benchGemm(engine, sizes, log)))
  if (what.includes('conv')) results.push(...(await benchConv(engine, channels, log)))
  if (what.includes('filters')) results.push(...(await benchFilters(engine, project ?? presetNamed('cifar10-convnet-theano'), values, log)))
  if (what.includes('step')) {
    const step = await benchStep(engine, project ?? presetNamed('mnist-mlp-torch'), log)
    results.push(...step.entries)
    memory = step.memory
  }
  return { adapter: engine.toolbox.device.adapter.name, results, ...(memory && { memory }) }
}
