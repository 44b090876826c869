/**
 * Every WebGPU adapter of the machine, Chromium's SwiftShader included where it is installed: it has other subgroups and
 * limits than lavapipe, so a kernel that leans on either shows.
 */
import { fileURLToPath } from 'node:url'
import { thisMachine } from '../../main/setup/machine.mjs'
import { swiftShaderDrivers } from '../../main/setup/vulkan.mjs'
import { adapterNames, nodeHost, openDawn } from '../../main/engine/dawn.ts'
import { openShaders } from '../../main/services/shaders.ts'
import type { Candidate, Toolbox } from '../../core/gpu/executable.ts'
import { fittingCandidates } from '../../core/gpu/families.ts'
import { Pipelines } from '../../core/gpu/pipelines.ts'
import { emptyTuning, Tuner } from '../../core/gpu/tuner.ts'
import type { Engine } from '../../core/training/session.ts'

const [swiftShader] = swiftShaderDrivers(fileURLToPath(new URL('../..', import.meta.url)), thisMachine())
if (swiftShader !== undefined) process.env['VK_ADD_DRIVER_FILES'] ??= swiftShader

export const adapters: readonly string[] = await adapterNames()

/** A toolbox on one adapter that takes each family's first candidate that fits (or the last), so that tests do not wait for the tuner. */
export async function openToolbox(adapter: string, which: 'first' | 'last' = 'first'): Promise<Toolbox> {
  const device = await openDawn(adapter)
  device.device.onuncapturederror = event => {
    throw new Error(`the device refused something: ${event.error.message}`)
  }
  const shaders = openShaders()
  const choose: Toolbox['choose'] = operation => Promise.resolve(fittingCandidates({ device, shaders }, operation).at(which === 'first' ? 0 : -1) as Candidate)
  return { device, shaders, pipelines: new Pipelines(device.device), choose }
}

export async function openEngine(adapter: string): Promise<Engine> {
  const toolbox = await openToolbox(adapter)
  const tuner = new Tuner(toolbox, nodeHost, emptyTuning(adapter), () => Promise.resolve())
  return { toolbox, tuner, host: nodeHost }
}
