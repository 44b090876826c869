import { create } from 'webgpu'
import { BitwrightError } from '../../core/errors.ts'
import { openDevice, type Device } from '../../core/gpu/device.ts'
import type { Host } from '../../core/gpu/host.ts'

/**
 * Every GPU object ever made. The process dies (SIGSEGV or abort) when one is collected while a device of it is in use, and a
 * reference from a closure is not enough: so they stay here for the life of the process.
 */
const opened: GPU[] = []

/**
 * Robustness clamps every array access; our kernels check their own bounds (tests run them with it on), so it is off
 * unless BITWRIGHT_ROBUST is set. Timestamps are not rounded: profiles need microseconds.
 */
function toggles(): string[] {
  const robust = process.env['BITWRIGHT_ROBUST'] === '1'
  return [...(robust ? [] : ['enable-dawn-features=disable_robustness']), 'disable-dawn-features=timestamp_quantization']
}

/** The GPU object of this process's Dawn. `adapter` picks one by a part of its name. */
export function openGpu(adapter?: string): GPU {
  const gpu = create([...toggles(), ...(adapter ? [`adapter=${adapter}`] : [])])
  opened.push(gpu)
  return gpu
}

/** Software adapters by how fast they are; whatever is not listed here is hardware and goes first. */
const SOFTWARE = [/llvmpipe|lavapipe/i, /swiftshader/i]

/**
 * Names of this machine's adapters, the best first: hardware, then lavapipe, then SwiftShader. Dawn has no list, but names
 * all it found when asked for one that does not exist.
 */
export async function adapterNames(): Promise<string[]> {
  let listing = ''
  try {
    await openGpu('no adapter has this name').requestAdapter()
  } catch (error) {
    listing = error instanceof Error ? error.message : String(error)
  }
  const rank = (name: string): number => SOFTWARE.findIndex(pattern => pattern.test(name))
  const names = [...listing.matchAll(/name: '([^']+)'/g)].map(match => match[1] as string)
  return [...new Set(names)].sort((a, b) => rank(a) - rank(b))
}

/** Opens the best adapter of this machine, or the one that `adapter` (or BITWRIGHT_ADAPTER) names in part. */
export async function openDawn(wanted = process.env['BITWRIGHT_ADAPTER']): Promise<Device> {
  const adapter = wanted ?? (await adapterNames())[0]
  try {
    return await openDevice(openGpu(adapter))
  } catch (cause) {
    if (cause instanceof BitwrightError) throw cause
    throw new BitwrightError({ what: `the WebGPU adapter${adapter ? ` "${adapter}"` : ''} did not open: ${cause instanceof Error ? cause.message : String(cause)}`, remedy: 'run "bitwright doctor"', cause })
  }
}

export const nodeHost: Host = {
  now: () => performance.now(),
  sleep: milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds)),
}
