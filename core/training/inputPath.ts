import type { Operation } from '../gpu/program.ts'
import type { Tuner } from '../gpu/tuner.ts'
import { buildProgram } from './build.ts'
import type { Model } from './model.ts'

/**
 * How 8-bit input meets bit weights: through eight bit planes, or float times bit. Both give the same bits
 * (shaders/pixel_gemm_*.wgsl), so with `auto` the faster one on this adapter is taken.
 */
export async function chooseInputPath(model: Model, tuner: Tuner, rows: number): Promise<'planes' | 'float'> {
  const { inputKernel } = model.project.recipe
  if (inputKernel !== 'auto') return inputKernel
  const first = (inputPath: 'planes' | 'float'): Operation[] => {
    const { program } = buildProgram(model, { training: false, rows, inputPath })
    return program.operations.filter(({ kernel }) => kernel.startsWith('pixel_gemm') || kernel.startsWith('pack_planes'))
  }
  const [float, planes] = [first('float'), first('planes')]
  const [sample] = float
  if (!sample) return 'float'
  const { rows: m, depth, outputs } = sample.params
  const way = await tuner.chooseWay(`first layer rows=${m} depth=${depth} outputs=${outputs}`, { float, planes })
  return way === 'planes' ? 'planes' : 'float'
}
