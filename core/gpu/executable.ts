import { invariant } from '../errors.ts'
import type { Device } from './device.ts'
import { type Memory, Usage } from './memory.ts'
import type { Pipelines } from './pipelines.ts'
import { planProgram } from './plan.ts'
import type { Operation, Program } from './program.ts'
import { encodeParams, type Shader, type ShaderLibrary } from './shaders.ts'
import { bytesOf, isPersistent, wholeOf, type Tensor } from './tensor.ts'

/** A shader with its overrides: what an operation's kernel name comes down to on one adapter. */
export interface Candidate {
  readonly shader: string
  readonly overrides?: Readonly<Record<string, number>>
}

/** Decides which candidate runs an operation; a plain shader name is its own only candidate. */
export type Chooser = (operation: Operation) => Promise<Candidate>

export interface Launch {
  readonly operation: Operation
  readonly shader: Shader
  readonly pipeline: GPUComputePipeline
  readonly bindGroup: GPUBindGroup
  readonly groups: readonly [number, number, number]
}

export interface Toolbox {
  readonly device: Device
  readonly shaders: ShaderLibrary
  readonly pipelines: Pipelines
  readonly choose: Chooser
}

/** Fields of the per-step block, in order; its twin is shaders/include/step.wgsl. */
export const STEP_FIELDS = ['step', 'rows', 'slot', 'rate', 'gamma'] as const
/** gamma is Bop's; without it, 0. */
export type StepValues = Readonly<Record<'step' | 'rows' | 'slot' | 'rate', number>> & { readonly gamma?: number }

const UNIFORM_ALIGNMENT = 256

/**
 * A program made ready for one adapter: pipelines compiled, every buffer and bind group made, all parameters in one
 * uniform buffer written once. A step is then one encoder and one small write.
 */
export class Executable {
  readonly launches: readonly Launch[]
  /** Bytes of tensors kept from forward to backward, and of the shared buffers that hold all tensors of a step. */
  readonly savedBytes: number
  readonly stepBytes: number
  /** Of all buffers that are this program's own. */
  readonly bytes: number
  readonly #device: GPUDevice
  readonly #stepBlock: GPUBuffer
  readonly #owned: readonly GPUBuffer[]

  private constructor(device: GPUDevice, launches: readonly Launch[], stepBlock: GPUBuffer, owned: readonly GPUBuffer[], savedBytes: number, stepBytes: number) {
    this.#device = device
    this.launches = launches
    this.#stepBlock = stepBlock
    this.#owned = owned
    this.savedBytes = savedBytes
    this.stepBytes = stepBytes
    this.bytes = owned.reduce((sum, buffer) => sum + buffer.size, 0)
  }

  static async compile(program: Program, memory: Memory, { device: { device, adapter }, shaders, pipelines, choose }: Toolbox): Promise<Executable> {
    const { operations, slots, slotOf, savedBytes, stepBytes } = planProgram(program, shaders, adapter)
    const chosen: { operation: Operation; shader: Shader; overrides: Record<string, number> }[] = []
    for (const operation of operations) {
      const candidate = await choose(operation)
      const shader = shaders.get(candidate.shader)
      chosen.push({ operation, shader, overrides: { ...candidate.overrides, ...operation.overrides } })
    }
    const shared = slots.map((bytes, index) => memory.allocate(`step buffer ${index}`, bytes))
    const bufferOf = (tensor: Tensor): GPUBuffer => (isPersistent(tensor) ? memory.buffer(tensor) : (shared[slotOf.get(tensor) as number] as GPUBuffer))

    const blocks = chosen.map(({ operation, shader }) => encodeParams(shader, operation.params))
    const stepBlock = device.createBuffer({ label: 'step', size: STEP_FIELDS.length * 4, usage: Usage.uniform | Usage.copyTarget })
    const offsets: number[] = []
    let total = 0
    for (const block of blocks) {
      offsets.push(total)
      total += Math.ceil(block.byteLength / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT
    }
    const arena = device.createBuffer({ label: 'parameters', size: Math.max(UNIFORM_ALIGNMENT, total), usage: Usage.uniform | Usage.copyTarget })
    const packed = new Uint8Array(total)
    for (const [index, block] of blocks.entries()) packed.set(block, offsets[index])
    if (total > 0) device.queue.writeBuffer(arena, 0, packed)

    const compiled = await Promise.all(chosen.map(({ shader, overrides }) => pipelines.get(shader, overrides)))
    const launches = chosen.map(({ operation, shader, overrides }, index): Launch => {
      const entries = shader.bindings.map(({ index: binding, name, access }): GPUBindGroupEntry => {
        if (access === 'uniform') return { binding, resource: name === 'step' ? { buffer: stepBlock } : { buffer: arena, offset: offsets[index] as number, size: blocks[index]?.byteLength ?? 16 } }
        const tensor = operation.tensors[name]
        invariant(tensor, () => `shaders/${shader.name}.wgsl wants a tensor "${name}"`)
        return { binding, resource: { buffer: bufferOf(wholeOf(tensor)), offset: 4 * (tensor.within?.first ?? 0), size: bytesOf(tensor) } }
      })
      const groups = shader.dispatch({ ...shader.overrides, ...overrides, ...operation.params })
      invariant(groups.every(count => Number.isInteger(count) && count >= 1 && count <= 65535), () => `shaders/${shader.name}.wgsl wants ${groups.join(' x ')} workgroups`)
      return { operation, shader, groups, pipeline: compiled[index] as GPUComputePipeline, bindGroup: device.createBindGroup({ label: `${operation.node} ${shader.name}`, layout: pipelines.layout(shader), entries }) }
    })
    return new Executable(device, launches, stepBlock, [...shared, stepBlock, arena], savedBytes, stepBytes)
  }

  /** Submits one run of the program. Returns at once; writes made before are seen by it, later ones are not. */
  submit(values: StepValues): void {
    this.writeStep(values)
    const encoder = this.#device.createCommandEncoder()
    const pass = encoder.beginComputePass()
    for (const launch of this.launches) issue(pass, launch)
    pass.end()
    this.#device.queue.submit([encoder.finish()])
  }

  writeStep(values: StepValues): void {
    const block = new DataView(new ArrayBuffer(STEP_FIELDS.length * 4))
    for (const [index, field] of STEP_FIELDS.entries()) {
      if (field === 'rate' || field === 'gamma') block.setFloat32(index * 4, values[field] ?? 0, true)
      else block.setUint32(index * 4, values[field], true)
    }
    this.#device.queue.writeBuffer(this.#stepBlock, 0, block.buffer)
  }

  destroy(): void {
    for (const buffer of this.#owned) buffer.destroy()
  }
}

export function issue(pass: GPUComputePassEncoder, { pipeline, bindGroup, groups }: Launch): void {
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, bindGroup)
  pass.dispatchWorkgroups(...groups)
}
