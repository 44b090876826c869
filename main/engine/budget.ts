import type { AdapterSummary } from '../../core/gpu/device.ts'
import { BitwrightError } from '../../core/errors.ts'
import type { DeviceLimits } from '../../core/training/memoryPlan.ts'

/** Left to this process beside tensors: compiled kernels, copies of a tensor on its way to or from the disk. */
const RESERVE = 384 * 2 ** 20

/**
 * What the adapter takes. A software adapter computes in this machine's memory, of which what is free now counts; how much a GPU
 * has is nothing that WebGPU tells, so there only single buffers are held to a limit. BITWRIGHT_MEMORY (MiB) sets one for both.
 */
export function limitsOf({ name, kind, maxBindingBytes, maxBufferBytes }: AdapterSummary): DeviceLimits {
  return { name, maxBindingBytes, maxBufferBytes, memoryBytes: wanted() ?? (kind === 'cpu' ? Math.max(0, process.availableMemory() - RESERVE) : undefined) }
}

function wanted(): number | undefined {
  const text = process.env['BITWRIGHT_MEMORY']
  if (text === undefined || text === '') return undefined
  const mebibytes = Number(text)
  if (!(mebibytes > 0)) throw new BitwrightError({ what: `expected a number of MiB above 0, found ${JSON.stringify(text)}`, where: 'environment variable BITWRIGHT_MEMORY', remedy: 'set it to 2048, or leave it out' })
  return mebibytes * 2 ** 20
}
