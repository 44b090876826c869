import { BitwrightError } from '../errors.ts'
import type { Shader } from './shaders.ts'

/** Compiled kernels by (file, overrides), each made once per device. Layouts are explicit, so an unused binding stays a binding. */
export class Pipelines {
  readonly #device: GPUDevice
  readonly #made = new Map<string, Promise<GPUComputePipeline>>()
  readonly #layouts = new Map<string, GPUBindGroupLayout>()

  constructor(device: GPUDevice) {
    this.#device = device
  }

  get(shader: Shader, overrides: Readonly<Record<string, number>>): Promise<GPUComputePipeline> {
    const key = `${shader.name}|${Object.entries(overrides).sort().map(([name, value]) => `${name}=${value}`).join(',')}`
    let made = this.#made.get(key)
    if (!made) this.#made.set(key, (made = this.#make(shader, overrides, key)))
    return made
  }

  async #make(shader: Shader, overrides: Readonly<Record<string, number>>, label: string): Promise<GPUComputePipeline> {
    const module = this.#device.createShaderModule({ label: shader.name, code: shader.code })
    const layout = this.#device.createPipelineLayout({ bindGroupLayouts: [this.layout(shader)] })
    try {
      return await this.#device.createComputePipelineAsync({ label, layout, compute: { module, entryPoint: 'main', constants: overrides } })
    } catch (cause) {
      const { messages } = await module.getCompilationInfo()
      const first = messages.find(message => message.type === 'error')
      throw new BitwrightError({
        what: first ? `line ${first.lineNum}: ${first.message}` : `the adapter refused the kernel: ${cause instanceof Error ? cause.message : String(cause)}`,
        where: `shaders/${shader.name}.wgsl`,
        remedy: 'report it with the output of "bitwright doctor"',
        cause,
      })
    }
  }

  layout(shader: Shader): GPUBindGroupLayout {
    let layout = this.#layouts.get(shader.name)
    if (!layout) {
      const entries = shader.bindings.map(({ index, access }): GPUBindGroupLayoutEntry => ({
        binding: index,
        visibility: 4, // GPUShaderStage.COMPUTE: the constant object is not a global on every host
        buffer: { type: access === 'uniform' ? 'uniform' : access === 'read' ? 'read-only-storage' : 'storage' },
      }))
      layout = this.#device.createBindGroupLayout({ label: shader.name, entries })
      this.#layouts.set(shader.name, layout)
    }
    return layout
  }
}
